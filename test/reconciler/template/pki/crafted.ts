import fc from "fast-check";
import * as der from "../../../../reconciler/template/pki/der";
import * as ids from "../../../../reconciler/template/pki/oid";
import { encodePem } from "../../../../reconciler/template/pki/pem";
import type { TemplateCase } from "../../../oracle/case";

/** Certificates put together part by part, so that every extension, kind of name and form of date is met, also wrong ones. */

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));

const host = fc.constantFrom(
  "",
  "example.com",
  "user@h",
  "u:p%40@h:80",
  "h:",
  "h:x",
  "[::1]",
  "[::1%25en0]",
  "a..b",
  "a.",
  "%C3%A4",
  "a b",
);
const part = fc
  .array(
    fc.constantFrom(
      "a",
      "b",
      "/",
      "%2F",
      "%7e",
      "~",
      "*",
      ":",
      "@",
      "!",
      "[",
      "|",
      " ",
      "%",
      "%zz",
      "'",
      "ä",
      "(",
      "$",
    ),
    {
      maxLength: 5,
    },
  )
  .map((pieces) => pieces.join(""));
const uri = fc
  .tuple(
    fc.constantFrom("", "http:", "HTTP:", "spiffe:", "urn:", "1:", ":"),
    fc.oneof(
      host.map((name) => `//${name}`),
      fc.constant(""),
      fc.constant("///"),
    ),
    fc.oneof(
      part.map((path) => `/${path}`),
      part,
    ),
    fc.oneof(fc.constantFrom("", "?", "?a=b", "??", "?a?"), part),
    fc.oneof(
      fc.constantFrom("", "#", "#a"),
      part.map((fragment) => `#${fragment}`),
    ),
  )
  .map((parts) => parts.join(""));

const domain = fc.constantFrom(
  "a.example",
  ".example",
  "",
  ".",
  "a.",
  "a..b",
  "a b",
  "ä",
  "*.a",
  "x@y",
  '"q"@y',
  "a\\@b@y",
  ".a@y",
  "1.2.3.4",
);
const generalName = fc.oneof(
  uri.map((text) => der.element(der.implicit(6), latin1(text))),
  domain.map((text) => der.element(der.implicit(2), latin1(text))),
  domain.map((text) => der.element(der.implicit(1), latin1(text))),
  fc.constantFrom(0, 4, 5, 8, 16, 32).map((size) => der.element(der.implicit(7), Buffer.alloc(size, 0xf0))),
  fc.constantFrom(0xa0, 0xa4, 0x88, 0x30, 0x9f).map((id) => der.element(id, Buffer.of(1, 1))),
);
const generalNames = fc.array(generalName, { maxLength: 3 }).map((names) => der.sequence(...names));
const ip = fc
  .constantFrom("ffffff00", "ff00ff00", "00000000", "f0f00000", "fffffffe")
  .map((mask) => der.element(der.implicit(7), Buffer.from(`0a000000${mask}`, "hex")));
const subtrees = fc
  .array(fc.oneof(generalName, ip), { maxLength: 2 })
  .map((names) => names.map((name) => der.sequence(name)));
const small = fc.constantFrom(-1n, 0n, 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n).map(der.integer);
const implicitInteger = small.map((value) => value.subarray(2));
const identifier = fc.constantFrom("1.2.3.4", "2.5.29.32.0", "1.3.6.1.4.1.4294967.1", "2.999").map(der.oid);
const anyValue = fc.oneof(
  bytes.map(der.octets),
  small,
  identifier,
  fc.constant(der.sequence()),
  fc.constant(der.trueValue()),
  fc
    .constantFrom("030200ff", "03020780", "030207ff", "0300", "030100", "030101", "05", "")
    .map((hex) => Buffer.from(hex, "hex")),
);

const VALUES: readonly (readonly [id: string, value: fc.Arbitrary<Buffer>])[] = [
  [ids.SUBJECT_ALT_NAME, generalNames],
  [ids.SUBJECT_ALT_NAME, generalNames],
  [ids.SUBJECT_KEY_ID, bytes.map(der.octets)],
  [ids.AUTHORITY_KEY_ID, bytes.map((id) => der.sequence(der.element(der.implicit(0), id)))],
  [ids.AUTHORITY_KEY_ID, fc.constant(der.sequence())],
  [
    ids.BASIC_CONSTRAINTS,
    fc.oneof(
      small.map((size) => der.sequence(der.trueValue(), size)),
      small.map((size) => der.sequence(size)),
    ),
  ],
  [
    ids.NAME_CONSTRAINTS,
    fc
      .tuple(subtrees, subtrees, fc.constantFrom(0, 0, 0, 2))
      .map(([some, others, extra]) =>
        der.sequence(der.explicit(0, ...some), der.explicit(1, ...others), Buffer.alloc(extra)),
      ),
  ],
  [ids.NAME_CONSTRAINTS, subtrees.map((some) => der.sequence(der.explicit(1, ...some)))],
  [
    ids.CRL_DISTRIBUTION_POINTS,
    generalName.map((name) => der.sequence(der.sequence(der.explicit(0, der.explicit(0, name))), der.sequence())),
  ],
  [ids.POLICY_CONSTRAINTS, implicitInteger.map((value) => der.sequence(der.element(der.implicit(0), value)))],
  [ids.POLICY_CONSTRAINTS, implicitInteger.map((value) => der.sequence(der.element(der.implicit(1), value)))],
  [ids.EXT_KEY_USAGE, fc.array(fc.oneof(identifier, small), { maxLength: 2 }).map((list) => der.sequence(...list))],
  [
    ids.CERTIFICATE_POLICIES,
    fc.array(identifier, { maxLength: 2 }).map((list) => der.sequence(...list.map((id) => der.sequence(id)))),
  ],
  [ids.CERTIFICATE_POLICIES, bytes.map((id) => der.sequence(der.sequence(der.element(der.OID, id))))],
  [
    ids.POLICY_MAPPINGS,
    fc.tuple(identifier, fc.oneof(identifier, small)).map((pair) => der.sequence(der.sequence(...pair))),
  ],
  [ids.INHIBIT_ANY_POLICY, small],
  [
    ids.AUTHORITY_INFO_ACCESS,
    generalName.map((name) => der.sequence(der.sequence(der.oid("1.3.6.1.5.5.7.48.1"), name))),
  ],
  ["1.2.3.4", bytes],
  ...[
    ids.KEY_USAGE,
    ids.SUBJECT_ALT_NAME,
    ids.SUBJECT_KEY_ID,
    ids.AUTHORITY_KEY_ID,
    ids.BASIC_CONSTRAINTS,
    ids.EXT_KEY_USAGE,
  ].map((id) => [id, anyValue] as const),
];

const extension = fc
  .constantFrom(...VALUES)
  .chain(([id, value]) =>
    fc
      .tuple(value, fc.constantFrom("", "", "0101ff", "010100", "010101"))
      .map(([content, critical]) => der.sequence(der.oid(id), Buffer.from(critical, "hex"), der.octets(content))),
  );

const attribute = fc
  .tuple(
    fc.constantFrom("2.5.4.3", "2.5.4.5", "2.5.4.6", "2.5.4.10", "2.5.4.11", "1.2.3.4", "0.9.2342.19200300.100.1.25"),
    fc.constantFrom(0x0c, 0x0c, 0x13, 0x13, 0x14, 0x16, 0x12, 0x1e, 0x1c),
    fc.oneof(
      fc.constantFrom(
        "",
        "a",
        " a ",
        "#a",
        "a,b+c",
        "A1 '()+,-./:=?",
        "a*",
        "a&b",
        "a@b",
        "12 3",
        "\xc3\xa4",
        "\xe4",
        "\x00a",
        "\x00a\x00\x00",
      ),
      fc.constantFrom("\xd8\x00\xdc\x00", "\xff\xff", "\xfd\xd0", '"<>;\\', "\xf0\x9f\x94\x91"),
    ),
  )
  .map(([type, tag, text]) => der.sequence(der.oid(type), der.element(tag, latin1(text))));
const name = fc
  .array(fc.array(attribute, { maxLength: 2 }), { maxLength: 3 })
  .map((sets) => der.sequence(...sets.map((set) => der.element(der.SET, ...set))));

const date = fc.oneof(
  fc
    .constantFrom(
      "261125000000Z",
      "2611250000Z",
      "261125000000+0100",
      "261125000000+0000",
      "261125000000-2400",
      "991231235959Z",
    )
    .map((text) => der.element(0x17, latin1(text))),
  fc
    .constantFrom(
      "260230000000Z",
      "240229000000Z",
      "000229000000Z",
      "261301000000Z",
      "261125240000Z",
      "261125006000Z",
      "261125000060Z",
    )
    .map((text) => der.element(0x17, latin1(text))),
  fc
    .constantFrom(
      "20261125000000Z",
      "99991231235959Z",
      "20261125000000.5Z",
      "202611250000Z",
      "20261125000000+0130",
      "19000229000000Z",
    )
    .map((text) => der.element(0x18, latin1(text))),
  fc
    .constantFrom("261125000000", "", "2611250000000Z", "261125000000+0160")
    .map((text) => der.element(0x17, latin1(text))),
);

const ED25519_KEY = der.sequence(der.sequence(der.oid(ids.ED25519)), der.bits(Buffer.alloc(32, 9)));
const publicKey = fc.oneof(
  { arbitrary: fc.constant(ED25519_KEY), weight: 8 },
  { arbitrary: bytes.map((key) => der.sequence(der.sequence(der.oid(ids.ED25519)), der.bits(key))), weight: 1 },
  {
    arbitrary: bytes.map((key) => der.sequence(der.sequence(der.oid("1.2.3.4"), der.nothing()), der.bits(key))),
    weight: 1,
  },
);

/** Mostly right but for one or two parts. */
const usually = <T>(right: T, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(right), weight: 5 }, { arbitrary, weight: 1 });

const NAME = der.sequence(der.setOf(der.sequence(der.oid("2.5.4.3"), der.element(0x0c, latin1("a")))));
const DATE = der.element(0x17, latin1("261125000000Z"));

export const craftedCase: fc.Arbitrary<TemplateCase> = fc
  .record({
    version: usually(2n, fc.constantFrom(-1n, 0n, 1n, 3n)),
    serial: usually(1n, fc.constantFrom(-1n, 0n, 2n ** 200n)),
    issuer: usually(NAME, name),
    subject: usually(NAME, name),
    dates: usually([DATE, DATE], fc.array(date, { minLength: 1, maxLength: 2 })),
    key: publicKey,
    ids: fc.constantFrom("", "", "810101", "820101", "a10101"),
    extensions: fc.array(extension, { maxLength: 2 }),
  })
  .map((parts) => {
    const algorithm = der.sequence(der.oid(ids.ED25519));
    const tbs = der.sequence(
      der.explicit(0, der.integer(parts.version)),
      der.integer(parts.serial),
      algorithm,
      parts.issuer,
      der.sequence(...parts.dates),
      parts.subject,
      parts.key,
      Buffer.from(parts.ids, "hex"),
      der.explicit(3, der.sequence(...parts.extensions)),
    );
    const certificate = der.sequence(tbs, algorithm, der.bits(Buffer.alloc(64)));
    return {
      template:
        '{{ certSANs .c }}|{{ filterCertChain "leaf" .c }}|{{ filterCertChain "root" .c }}|{{ pemTruststoreToPKCS12 .c | len }}',
      data: { c: encodePem("CERTIFICATE", certificate) },
    };
  });
