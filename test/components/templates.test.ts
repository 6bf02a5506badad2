import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import fc from "fast-check";
import {
  appSecret,
  connectionUrl,
  dockerConfigJson,
  envFile,
  jsonObject,
  literal,
  plan,
  tls,
  type JsonPart,
  type Part,
  type TemplateSpec,
} from "keyturn";
import type { ExternalSecret } from "../../api";
import { compileTemplate, TemplateError, type World } from "../../reconciler/template";
import { payments, refusal } from "./fixtures";

const world: World = { now: 0n, random: (size) => new Uint8Array(size) };

/** What the reconciler makes of the AppSecret when Vault has these values for its keys. */
function rendered(
  template: TemplateSpec | readonly TemplateSpec[],
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const keys = Object.fromEntries(Object.keys(values).map((key) => [key, `db#${key}`]));
  const [manifest] = plan([appSecret("a", { team: payments, keys, template })]).manifests;
  const { target } = (manifest as unknown as ExternalSecret).spec;
  const data = new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)]));
  const texts = Object.entries((target?.template?.data ?? {}) as Record<string, string>);
  return Object.fromEntries(
    texts.map(([key, text]) => [key, Buffer.from(compileTemplate(text, { name: key }).render(data, world)).toString()]),
  );
}

const nasty = fc.constantFrom(
  ...[
    "'",
    '"',
    "`",
    "\\",
    "\n",
    "$",
    "${HOME}",
    "$(id)",
    "{{ .user }}",
    "}}",
    "@",
    "/",
    ":",
    "?",
    "#",
    "%",
    "%41",
    "&",
  ],
  ...[
    "=",
    "+",
    " ",
    "\t",
    ";",
    "<",
    ">",
    "!",
    "*",
    "~",
    "[",
    "]",
    ",",
    "\\n",
    "\\'",
    "é",
    "🔑",
    "\u2028",
    "\ufeff",
    "a",
    "0",
  ],
);
/** Any text without a null byte; lone surrogates are no text. */
const hostile = fc.oneof(
  fc.array(nasty, { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")),
);
const runs = { numRuns: 300 };

describe("envFile", () => {
  it("is read by Node as the values that Vault has, or fails", () => {
    let failed = 0;
    fc.assert(
      fc.property(hostile, hostile, hostile, (user, password, fixed) => {
        const template = envFile({ B_USER: "user", A_PASSWORD: "pass-word", C: literal(fixed) });
        const hard = [user, password, fixed].some(
          (value) => value.includes("\r") || (value.includes("'") && value.includes("`") && /["\\]/.test(value)),
        );
        let text: string;
        try {
          text = rendered(template, { user, "pass-word": password })[".env"] ?? "";
        } catch (error) {
          if (!(error instanceof TemplateError)) throw error;
          failed += 1;
          expect(hard).toBe(true);
          expect(error.message).toContain('in "fail"');
          return;
        }
        expect(hard).toBe(false);
        expect({ ...parseEnv(text) }).toEqual({ A_PASSWORD: password, B_USER: user, C: fixed });
      }),
      runs,
    );
    expect(failed).toBeLessThan(runs.numRuns / 2);
  });

  it("is a line for each variable, sorted, with the plainest quotes that do", () => {
    const template = envFile({ Z: "z", A: "a", B: "b", PORT: literal(5432) }, { name: "app.env" });
    expect(rendered(template, { a: "it's", b: "it's `x`", z: "$HOME\nx" })).toEqual({
      "app.env": "A=`it's`\nB=\"it's `x`\"\nPORT='5432'\nZ='$HOME\nx'\n",
    });
  });

  it("is read by a shell as the values that Vault has, every one of them", () => {
    const folder = mkdtempSync(join(tmpdir(), "keyturn-env-"));
    try {
      fc.assert(
        fc.property(fc.array(hostile, { minLength: 1, maxLength: 20 }), (values) => {
          const names = values.map((_, index) => `v${index}`);
          const template = envFile(Object.fromEntries(names.map((name) => [name, name])), { dialect: "shell" });
          const text = rendered(template, Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""])));
          const file = join(folder, "env");
          writeFileSync(file, text[".env"] ?? "");
          const script = `. ${file}; printf '%s\\0' ${names.map((name) => `"$${name}"`).join(" ")}`;
          const out = execFileSync("sh", ["-c", script]).toString().split("\0").slice(0, -1);
          expect(out).toEqual(values);
        }),
        { numRuns: 30 },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("jsonObject", () => {
  const part: fc.Arbitrary<JsonPart> = fc.letrec<{ part: JsonPart }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom("user", "pass-word"),
      fc
        .oneof(
          hostile,
          fc.integer(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
          fc.constant(null),
        )
        .map(literal),
      fc.array(tie("part"), { maxLength: 3 }),
      fc.dictionary(
        hostile.filter((key) => key !== "__proto__"),
        tie("part"),
        { maxKeys: 3 },
      ),
    ),
  })).part;

  function expected(value: JsonPart, values: Readonly<Record<string, string>>): unknown {
    if (typeof value === "string") return values[value];
    if (Array.isArray(value)) return value.map((entry: JsonPart) => expected(entry, values));
    if (Object.getOwnPropertySymbols(value).length > 0) {
      const fixed = (value as unknown as { readonly value: unknown }).value;
      return fixed === 0 ? 0 : fixed;
    }
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, expected(entry as JsonPart, values)]));
  }

  it("parses to the object with the values that Vault has", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), part, { maxKeys: 4, noNullPrototype: true }),
        hostile,
        hostile,
        (object, user, password) => {
          const values = { user, "pass-word": password };
          const [text] = Object.values(rendered(jsonObject("config.json", object), values));
          expect(JSON.parse(text ?? "")).toEqual(expected(object, values));
        },
      ),
      runs,
    );
  });

  it("sorts its names, and keeps numbers, true, false and null what they are", () => {
    const template = jsonObject("c.json", {
      z: "user",
      a: [literal(5432), literal(-1.5e-7), literal(true), literal(null), {}],
      big: [literal(-(2 ** 63)), literal(2 ** 64), literal(1e21)],
    });
    expect(rendered(template, { user: '<"&' })).toEqual({
      "c.json": String.raw`{"a":[5432,-1.5e-7,true,null,{}],"big":[-9223372036854776000,18446744073709552000,1e+21],"z":"\u003c\"\u0026"}`,
    });
  });

  it("refuses an object without end and what is neither key nor value", () => {
    const loop: { again?: JsonPart } = {};
    loop.again = loop;
    const [problem] = refusal(() => jsonObject("c.json", loop));
    expect(problem).toMatch(/^jsonObject "c\.json" › again(?:\.again)+: is nested deeper than 50$/);
    expect(
      refusal(() => jsonObject("c json", { a: 1, b: literal(NaN), c: "a b", d: Promise.resolve("x") } as never)),
    ).toEqual([
      'jsonObject "c json": the key of the Secret may only have letters, digits, "-", "_" and "."',
      'jsonObject "c json" › a: must be the name of a fetched key, or literal(...)',
      'jsonObject "c json" › b: literal(...) takes a text, a finite number, true, false or null, not a value of type number',
      'jsonObject "c json" › c: the name of a fetched key may only have letters, digits, "-", "_" and "."; what is no secret is written literal(...)',
      'jsonObject "c json" › d: is a Pulumi Output or Promise; names of keys must be plain values',
    ]);
  });
});

describe("dockerConfigJson", () => {
  it("is what Docker reads, whatever user name and password are", () => {
    fc.assert(
      fc.property(hostile, hostile, (user, password) => {
        const template = dockerConfigJson({
          "registry.example.com": { username: "user", password: "password", email: literal("a@example.com") },
          "ghcr.io:443/x": { username: literal("robot"), password: "password" },
        });
        const text = rendered(template, { user, password })[".dockerconfigjson"] ?? "";
        const base64 = (name: string): string => Buffer.from(`${name}:${password}`).toString("base64");
        expect(JSON.parse(text)).toEqual({
          auths: {
            "ghcr.io:443/x": { username: "robot", password, auth: base64("robot") },
            "registry.example.com": { username: user, password, email: "a@example.com", auth: base64(user) },
          },
        });
      }),
      runs,
    );
    expect(dockerConfigJson({ "r.io": { username: "u", password: "p" } }).type).toBe("kubernetes.io/dockerconfigjson");
  });

  it("refuses what is no registry and parts that are missing", () => {
    expect(refusal(() => dockerConfigJson({}))).toEqual(['dockerConfigJson ".dockerconfigjson": has no registry']);
    expect(refusal(() => dockerConfigJson({ "a b": { username: "u", pasword: "p" } as never }))).toEqual([
      'dockerConfigJson ".dockerconfigjson" › ["a b"]: is not the name of a registry, such as "registry.example.com"',
      'dockerConfigJson ".dockerconfigjson" › ["a b"].pasword: is not a known field; did you mean "password"?',
      'dockerConfigJson ".dockerconfigjson" › ["a b"].password: is missing',
    ]);
  });
});

describe("tls", () => {
  it("joins PEM texts with a line end between them, however they end", () => {
    const template = tls({ certificate: "cert", key: "key", chain: "chain", ca: "ca" });
    expect(template.type).toBe("kubernetes.io/tls");
    expect(rendered(template, { cert: "CERT", chain: "\nCHAIN\n\n", key: "KEY\n", ca: "CA" })).toEqual({
      "ca.crt": "CA\n",
      "tls.crt": "CERT\nCHAIN\n",
      "tls.key": "KEY\n",
    });
  });
});

describe("connectionUrl", () => {
  const url = (parts: Partial<Parameters<typeof connectionUrl>[1]>, values: Readonly<Record<string, string>>): string =>
    rendered(
      connectionUrl("URL", {
        scheme: "postgresql",
        username: "user",
        password: "password",
        host: literal("db"),
        ...parts,
      }),
      { user: "u", password: "p", ...values },
    ).URL ?? "";

  it("gives back every part, whatever is in it", () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (user, password, path, option) => {
        const query = { sslmode: "option", "a b": literal("&=") };
        const text = url({ port: literal(5432), path: "path", query }, { user, password, path, option });
        const parsed = new URL(text);
        expect(text).toMatch(/^[!-~]+$/);
        expect([parsed.host, decodeURIComponent(parsed.username), decodeURIComponent(parsed.password)]).toEqual([
          "db:5432",
          user,
          password,
        ]);
        // WHATWG takes `.` and `..` for steps, encoded or not.
        if (!/^\.{1,2}$/.test(path)) expect(decodeURIComponent(parsed.pathname)).toEqual(`/${path}`);
        expect([...parsed.searchParams]).toEqual([
          ["a b", "&="],
          ["sslmode", option],
        ]);
      }),
      runs,
    );
  });

  it("is written as people write it", () => {
    expect(url({}, { password: "p@ss/w:rd 1+1" })).toBe("postgresql://u:p%40ss%2Fw%3Ard%201%2B1@db");
    expect(url({ scheme: "mongodb+srv", host: literal("a:1,[::1]:2"), query: { w: literal("majority") } }, {})).toBe(
      "mongodb+srv://u:p@a:1,[::1]:2/?w=majority",
    );
    const { URL: anonymous } = rendered(connectionUrl("URL", { scheme: "redis", host: literal("r") }), { user: "u" });
    expect(anonymous).toBe("redis://r");
  });

  it.each(["db.example.com", "10.0.0.1:5432", "[2001:db8::1]", "a:1,b:2"])("takes the host %j out of Vault", (host) => {
    expect(url({ host: "host", port: "port" }, { host, port: "1" })).toBe(`postgresql://u:p@${host}:1`);
  });
  it.each(["evil.com/", "x@evil.com", "a b", "", "2001:db8::1", "a\nb", "a?b", "a,"])(
    "fails for %j, which is no host, without showing it",
    (host) => {
      const failing = (): string => url({ host: "host" }, { host });
      expect(failing).toThrow('in "fail"');
      expect(failing).toThrow(TemplateError);
    },
  );

  it("refuses what cannot be a URL", () => {
    const parts = { scheme: "http://", password: "password", host: literal("a/b"), port: literal(true), hostt: 1 };
    expect(refusal(() => connectionUrl("URL", parts as never))).toEqual([
      'connectionUrl "URL" › hostt: is not a known field; did you mean "host"?',
      'connectionUrl "URL" › scheme: is not a scheme like "postgresql"',
      'connectionUrl "URL" › username: is missing; there is a password',
      'connectionUrl "URL" › host: is not a host',
      'connectionUrl "URL" › port: is not a port',
    ]);
  });
});

describe("parts", () => {
  const helpers: readonly (readonly [string, (part: Part) => TemplateSpec])[] = [
    ["envFile", (part) => envFile({ A: part })],
    ["jsonObject", (part) => jsonObject("c", { A: part })],
    ["dockerConfigJson", (part) => dockerConfigJson({ "r.io": { username: part, password: part } })],
    ["connectionUrl", (part) => connectionUrl("u", { scheme: "a", username: part, host: literal("h") })],
    ["tls", (part) => tls({ certificate: part as string, key: part as string })],
  ];
  it.each(helpers)("%s names a key that is not fetched, with the nearest that is", (_name, helper) => {
    const declared = (part: Part) =>
      refusal(() =>
        plan([
          appSecret("a", { team: payments, keys: { password: "db#p", "user-name": "db#u" }, template: helper(part) }),
        ]),
      );
    expect(declared("user-name")).toEqual([]);
    for (const problem of declared("pasword"))
      expect(problem).toMatch(
        /^AppSecret "a" › template\.data.*: uses "pasword", which is not fetched \(password, user-name\); did you mean "password"\?$/,
      );
    expect(declared("pasword").length).toBeGreaterThan(0);
  });
});
