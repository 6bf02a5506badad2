import fc from "fast-check";
import type { TemplateCase } from "../../../oracle/case";
import { zoneNames } from "../../../../reconciler/template/go/time/location";

const joined = (parts: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
  fc.array(parts, { maxLength }).map((all) => all.join(""));
const words = (text: string): fc.Arbitrary<string> => fc.constantFrom(...text.split(" "));

const ELEMENTS =
  "January Jan 1 01 Monday Mon 2 _2 02 __2 002 15 3 03 4 04 5 05 2006 06 PM pm MST Z0700 Z070000 Z07 Z07:00 Z07:00:00 -0700 -070000 -07 " +
  "-07:00 -07:00:00 .000 ,000 .999 .000000000 ,999999 .0 .9 _2006";
const TEXT = [" ", "  ", ..."- : T / x é 0 9 Janu Mont M _ __ . , 20 7 P p".split(" ")];
const layout = fc.oneof(
  { weight: 3, arbitrary: joined(fc.oneof({ weight: 2, arbitrary: words(ELEMENTS) }, fc.constantFrom(...TEXT)), 10) },
  fc.constantFrom(
    "2006-01-02T15:04:05Z07:00",
    "2006-01-02T15:04:05.999999999Z07:00",
    "Mon Jan _2 15:04:05 MST 2006",
    "Monday, 02-Jan-06 15:04:05 MST",
    "3:04PM",
    "Mon, 02 Jan 2006 15:04:05 -0700",
  ),
);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
/** Seconds since 1970, most of them from 1900 to 2100. */
const unix = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -2_208_988_800, max: 4_102_444_800 }) },
  fc.integer({ min: 4e9, max: 2e10 }),
  fc.integer({ min: -1e11, max: 1e12 }),
  int64,
);
const zone = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...zoneNames()) },
  fc.constantFrom("", "Local", "UTC", "No/Where", "../x", "europe/berlin", "/etc", "\\x", "Europe"),
);

export const formatted: fc.Arbitrary<TemplateCase> = fc
  .tuple(layout, unix, zone, fc.boolean())
  .map(([l, u, z, is64]) => ({ template: `{{ dateInZone .l (${is64 ? "int64 " : ""}${u}) .z }}`, data: { l, z } }));

/** What was formatted is read again by the same layout, which works for most of them. */
export const readAgain: fc.Arbitrary<TemplateCase> = fc.tuple(layout, unix, zone, layout).map(([l, u, z, other]) => ({
  template:
    `{{ $v := dateInZone .l (${u}) .z }}{{ $t := toDate .l $v }}{{ $v }}|{{ $t }}|{{ $t.GoString }}|{{ $t.Format .other }}|` +
    `{{ $t.Unix }} {{ $t.YearDay }} {{ $t.Weekday }} {{ $t.Month }}{{ mustToDate .l $v }}`,
  data: { l, z, other },
}));

const digits = (max: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, "0"));
const loose = (max: number): fc.Arbitrary<string> => fc.oneof(digits(max), fc.integer({ min: 0, max }).map(String));
const second = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(value, fc.constantFrom("", "", ".5", ",123456789", ".1234567891234")).map((parts) => parts.join(""));

/** Values that an element reads, with some it must refuse. */
const VALUES = new Map<string, fc.Arbitrary<string>>([
  ["January", words("January february MAY Sept August")],
  ["Jan", words("Jan feb MAR Aug")],
  ["1", loose(13)],
  ["01", digits(13)],
  ["Monday", words("Monday sunday Tues")],
  ["Mon", words("Mon sun FRI")],
  ["2", loose(32)],
  ["_2", fc.oneof(loose(32), fc.constantFrom(" 1", " 9", "  1"))],
  ["02", digits(32)],
  ["__2", fc.oneof(fc.constantFrom("  1", " 60", " 61", "366"), fc.integer({ min: 0, max: 367 }).map(String))],
  ["002", fc.integer({ min: 0, max: 367 }).map((day) => String(day).padStart(3, "0"))],
  ["15", loose(24)],
  ["3", loose(13)],
  ["03", digits(13)],
  ["4", loose(60)],
  ["04", digits(60)],
  ["5", second(loose(60))],
  ["05", second(digits(60))],
  ["2006", fc.oneof(words("2024 2000 1900"), fc.integer({ min: 1000, max: 9999 }).map(String))],
  ["06", fc.oneof(digits(99), words("-1 +5"))],
  ["PM", words("AM PM pm")],
  ["pm", words("am pm")],
  ["MST", words("UTC CEST EST GMT GMT+3 GMT-11 GMT+24 +03 -5 ChST WITA ABCDT MeST GMT+0000003 Z")],
  [".000", words(".123 ,000 .-12 .+12 .12")],
  [".999", fc.constantFrom("", ".1", ",123456", ".")],
  [".000000000000", words(".123456789012 .123456789abc")],
  ...ELEMENTS.split(" ")
    .filter((element) => /^[-Z]07/.test(element))
    .map((element): [string, fc.Arbitrary<string>] => [
      element,
      fc.tuple(words("+ - -"), digits(25), digits(61), digits(61)).chain(([sign, hour, minute, seconds]) => {
        const text = sign + element.slice(1).replace("07", hour).replace("00", minute).replace("00", seconds);
        return element.startsWith("Z") ? fc.constantFrom(text, text, "Z") : fc.constant(text);
      }),
    ]),
]);
const piece = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...VALUES)
      .chain(([element, values]) => values.map((value): [string, string] => [element, value])),
  },
  fc.constantFrom<[string, string]>(
    [" ", " "],
    ["-", "-"],
    [":", ":"],
    ["x", "x"],
    ["  ", " "],
    [" ", "   "],
    ["/", "."],
  ),
);
export const read: fc.Arbitrary<TemplateCase> = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom("", " "))
  .map(([pieces, space]) => ({
    template:
      "{{ $t := mustToDate .l .v }}{{ $t }} {{ $t.GoString }} {{ $t.UnixNano }} {{ $t.Format .l }} {{ toJson $t }}",
    data: { l: pieces.map(([l]) => l).join(space), v: pieces.map(([, v]) => v).join(space) },
  }));

const duration = fc
  .tuple(
    fc.constantFrom("", "-", "+"),
    fc.array(
      fc.tuple(
        fc.constantFrom(
          "1",
          "0",
          "12",
          "1.5",
          ".5",
          "5.",
          "9223372036854775808",
          "2562047",
          "123456.123456789123456789",
          "00001",
          ".",
        ),
        fc.constantFrom("ns", "us", "µs", "μs", "ms", "s", "m", "h", "d"),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([sign, parts]) => sign + parts.flat().join(""));
export const durations: fc.Arbitrary<TemplateCase> = fc.oneof(
  duration.map((v) => ({
    template: `{{ durationRound .v }} {{ duration .v }} {{ date_modify .v (toDate "2006-01-02" "2024-01-31") }}`,
    data: { v },
  })),
  duration.map((v) => ({ template: `{{ must_date_modify .v (toDate "2006" "1") }}`, data: { v } })),
  int64.map((n) => ({
    template: `{{ durationRound (int64 ${n}) }} {{ duration (int64 ${n}) }} {{ duration "${n}" }} {{ duration ${n} }}`,
  })),
);

const change = fc.integer({ min: -5000, max: 5000 });
const span = fc.oneof(
  int64,
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
);
export const arithmetic: fc.Arbitrary<TemplateCase> = fc
  .tuple(fc.nat(999_999_999), span, span, change, change, fc.integer({ min: -50_000, max: 50_000 }))
  .map(([nano, d, unit, years, months, days]) => ({
    template:
      `{{ $t := toDate "2006" "1970" }}{{ $z := toDate "2006-01-02 15:04:05.999999999 -0700" "1970-01-01 00:00:00.` +
      `${String(nano).padStart(9, "0")} +0130" }}{{ $a := $z.Add ${d} }}{{ $a }} {{ $a.Truncate ${unit} }} {{ $a.Round ${unit} }} ` +
      `{{ $a.UnixNano }} {{ $a.UnixMilli }} {{ $a.UnixMicro }} {{ $s := $a.Sub $t }}{{ $s }} {{ $s.Hours }} {{ $s.Minutes }} ` +
      `{{ $s.Seconds }} {{ $s.Milliseconds }} {{ $s.Round ${unit} }} {{ $s.Truncate ${unit} }} {{ $s.Abs }} ` +
      `{{ $b := $a.AddDate ${years} ${months} ${days} }}{{ $b }} {{ $b.Year }} {{ $b.Month }} {{ $b.Day }} {{ $b.Hour }} ` +
      `{{ $b.Minute }} {{ $b.Second }} {{ $b.Weekday }} {{ $b.YearDay }} {{ $b.Before $a }} {{ $b.After $a }} {{ $b.Compare $a }} ` +
      `{{ $b.UTC }} {{ $b.GoString }} {{ $b.MarshalBinary }} {{ ($b.Sub $a) | printf "%d %v" 1 }} {{ ($b.In $t.Location).GoString }}`,
  }));
