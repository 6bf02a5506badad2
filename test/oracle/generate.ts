import fc, { type GeneratorValue } from "fast-check";
import { FAMILIES } from "../../reconciler/template/functions/table";
import type { GoFunction } from "../../reconciler/template/functions/function";
import { signatureOf } from "../../reconciler/template/functions/signature";
import type { TemplateCase } from "./case";

// Random templates with their data, from the grammar of text/template and the signatures of the function table. Most are well
// typed, so that they get far; some are not, so that errors are compared too.

/** What a random template may not call: what is random or slow, and what Go gives in the random order of its maps. */
// A copy of a version is one of the explained differences.
const LEFT_OUT = new Set([
  "deepCopy",
  "mustDeepCopy",
  "keys",
  "values",
  "now",
  "ago",
  "date",
  "dateInZone",
  "date_in_zone",
  "htmlDate",
  "htmlDateInZone",
]);
const FAMILIES_LEFT_OUT = new Set(["crypto", "certificates", "pkcs12", "pem", "jwk"]);

export const callable: readonly GoFunction[] = [...FAMILIES]
  .filter(([family]) => !FAMILIES_LEFT_OUT.has(family))
  .flatMap(([, functions]) => functions)
  .filter((entry) => entry.random !== true && !LEFT_OUT.has(entry.name) && !["and", "or", "call"].includes(entry.name));

const KEYS = ["a", "b", "user", "password", "json", "yaml", "num", "empty", "uni"] as const;

const text = fc.oneof(
  { weight: 5, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 8 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      " ",
      "true",
      "0",
      "-1",
      "3.5",
      "1e3",
      "0x1F",
      "a,b,c",
      "x\ny\n",
      "Hello World",
      "é",
      "héllo wörld",
      "<a href='x'>&\"",
      "日本語",
    ),
  },
);
const json = fc.json({ maxDepth: 3 });
/** Numbers stay small: Go would fill the memory with `until (int .num)`, where ours ends at a bound. */
const data = fc.record({
  a: text,
  b: text,
  user: fc.constantFrom("ann", "bob smith", "Zoë", "root"),
  password: fc.string({ unit: "binary-ascii", maxLength: 16 }),
  json,
  yaml: fc.constantFrom(
    "a: 1\nb: [x, y]\n",
    "a: {b: yes}\nc: 1.50\n",
    "- 1\n- 2\n",
    "k: |\n  line\n  two\n",
    "a: &x 1\nb: *x\n",
  ),
  num: fc.oneof(
    fc.integer({ min: -1000, max: 1000 }).map(String),
    fc.double({ noNaN: true, min: -1000, max: 1000 }).map(String),
    fc.constantFrom("08", "1_000", "+5", " 7"),
  ),
  empty: fc.constant(""),
  uni: fc.string({ unit: "grapheme", maxLength: 6 }),
});

/** Go types an expression can be asked for; `any` is every one of them. */
type Wanted = "string" | "int" | "int64" | "float64" | "bool" | "any" | "[]string" | "[]any" | "map" | "other";

function wanted(name: string): Wanted {
  switch (name) {
    case "string":
    case "int":
    case "int64":
    case "float64":
    case "bool":
      return name;
    case "interface {}":
    case "reflect.Value":
      return "any";
    case "[]string":
      return "[]string";
    case "[]interface {}":
      return "[]any";
    case "map[string]interface {}":
      return "map";
    default:
      return "other";
  }
}

const familyOf = new Map(
  [...FAMILIES].flatMap(([family, functions]) => functions.map(({ name }) => [name, family] as const)),
);
const LISTS =
  /^(must)?(append|push|prepend|first|rest|last|initial|reverse|uniq|without|slice|chunk|compact|concat|has)$/i;
const NUMBERS: readonly Wanted[] = ["int", "int64", "float64", "int"];

/** What a parameter of type `interface{}` is meant to hold, so that calls get further than their first check. */
function meant(name: string, index: number, pick: <T>(values: readonly T[]) => T): Wanted {
  if (name === "concat") return pick(["[]any", "[]string"]);
  // The list comes first in some and last in others.
  if (LISTS.test(name))
    return index ===
      (/has|slice$|reverse|first|rest|last|initial|uniq|compact|append|push|prepend|without/i.test(name) &&
      !/has$/i.test(name)
        ? 0
        : 1)
      ? pick(["[]any", "[]string"])
      : /slice|chunk/i.test(name)
        ? "int"
        : "any";
  if (name === "index") return index === 0 ? pick(["[]any", "string"]) : "int";
  if (name === "len") return pick(["string", "[]any", "map", "[]string"]);
  if (["lt", "le", "gt", "ge"].includes(name)) return "int";
  if (name === "ternary") return "any";
  if (familyOf.get(name) === "numeric") return pick(NUMBERS);
  return "any";
}

const byResult = new Map<Wanted, GoFunction[]>();
for (const entry of callable) {
  const result = wanted(signatureOf(entry).result.name);
  byResult.set(result, [...(byResult.get(result) ?? []), entry]);
}

interface Scope {
  readonly variables: readonly string[];
  readonly inRange: boolean;
  readonly templates: readonly string[];
  /** How the root is reached: dot is something else inside `range` and `with`. */
  readonly root: "." | "$.";
}

class Writer {
  private variables = 0;
  constructor(private readonly g: GeneratorValue) {}

  private int(max: number): number {
    return this.g(fc.integer, { min: 0, max });
  }
  private chance(percent: number): boolean {
    return this.int(99) < percent;
  }
  private pick<T>(values: readonly T[]): T {
    return values[this.int(values.length - 1)] as T;
  }

  template(): string {
    const names = this.chance(20) ? ["one", "two"].slice(0, 1 + this.int(1)) : [];
    const definitions = names.map(
      (name) =>
        `{{define "${name}"}}${this.list(1, { variables: [], inRange: false, templates: [], root: "." })}{{end}}`,
    );
    return definitions.join("") + this.list(2, { variables: [], inRange: false, templates: names, root: "." });
  }

  private list(depth: number, scope: Scope): string {
    let out = "";
    let inner = scope;
    for (let count = 1 + this.int(2); count > 0; count--) {
      if (this.chance(12)) {
        const name = `$v${this.variables++}`;
        out += this.action(`${name} := ${this.pipeline(2, inner, "any")}`);
        inner = { ...inner, variables: [...inner.variables, name] };
      } else out += this.node(depth, inner);
    }
    return out;
  }

  private action(inside: string): string {
    const left = this.chance(8) ? "{{- " : "{{";
    const right = this.chance(8) ? " -}}" : "}}";
    return left + inside + right;
  }

  private node(depth: number, scope: Scope): string {
    const kind = this.int(depth > 0 ? 13 : 7);
    switch (kind) {
      case 0:
      case 1:
        return this.pick(["text ", "\n", " \n  x", "key: ", "{ }", "é", "\t"]);
      case 2:
        return this.chance(50) ? "{{/* a comment */}}" : "{{- /* one */ -}}";
      case 3: {
        if (scope.variables.length === 0 || !this.chance(50)) return this.action(this.pipeline(3, scope, "any"));
        return this.action(`${this.pick(scope.variables)} = ${this.pipeline(2, scope, "any")}`);
      }
      case 4:
      case 5:
      case 6:
      case 7:
        return this.action(this.pipeline(3, scope, "any"));
      case 8:
      case 9: {
        let out = this.action(`if ${this.pipeline(2, scope, "bool")}`) + this.list(depth - 1, scope);
        if (this.chance(30))
          out += this.action(`else if ${this.pipeline(2, scope, "any")}`) + this.list(depth - 1, scope);
        if (this.chance(50)) out += this.action("else") + this.list(depth - 1, scope);
        return out + this.action("end");
      }
      case 10:
        return (
          this.action(`with ${this.pipeline(2, scope, "any")}`) +
          this.list(depth - 1, { ...scope, root: "$." }) +
          (this.chance(40) ? this.action("else") + this.list(depth - 1, scope) : "") +
          this.action("end")
        );
      case 11:
      case 12: {
        const over = this.pipeline(2, scope, this.pick(["[]any", "[]string", "map", "[]any", "any"] as const));
        const [index, element] = [`$v${this.variables++}`, `$v${this.variables++}`];
        const named = this.int(2);
        const head = named === 0 ? over : named === 1 ? `${element} := ${over}` : `${index}, ${element} := ${over}`;
        const names = named === 0 ? [] : named === 1 ? [element] : [index, element];
        const inner: Scope = { ...scope, root: "$.", inRange: true, variables: [...scope.variables, ...names] };
        return (
          this.action(`range ${head}`) +
          (this.chance(50) ? "{{.}};" : "") +
          this.list(depth - 1, inner) +
          (this.chance(15)
            ? `{{if ${this.pipeline(1, inner, "bool")}}}{{${this.pick(["break", "continue"])}}}{{end}}`
            : "") +
          (this.chance(30) ? this.action("else") + this.list(depth - 1, scope) : "") +
          this.action("end")
        );
      }
      default:
        if (scope.templates.length === 0)
          return `{{block "b${this.variables++}" .}}${this.list(depth - 1, { ...scope, variables: [], inRange: false })}{{end}}`;
        return this.action(
          `template "${this.pick(scope.templates)}" ${this.chance(70) ? "." : this.expression(1, scope, "any")}`,
        );
    }
  }

  private pipeline(depth: number, scope: Scope, type: Wanted): string {
    if (!this.chance(35) || depth === 0) return this.expression(depth, scope, type, true);
    const entry = this.pick(byResult.get(type) ?? callable);
    const { parameters } = signatureOf(entry);
    const last = parameters.at(-1);
    if (last === undefined) return this.expression(depth, scope, type, true);
    const asked = wanted(last.type.name);
    const place = parameters.length - 1;
    const first = this.pipeline(
      depth - 1,
      scope,
      asked === "any" ? meant(entry.name, place, (values) => this.pick(values)) : asked,
    );
    return `${first} | ${this.call(entry, depth - 1, scope, true)}`;
  }

  /** @param bare whether a call may stand without parentheses */
  private expression(depth: number, scope: Scope, type: Wanted, bare = false): string {
    // Wrong types must be seen as well.
    const asked = this.chance(2) ? this.pick(["string", "int", "bool", "any", "map", "[]any"] as const) : type;
    if (depth > 0 && this.chance(asked === "any" || asked === "string" ? 60 : 80)) {
      const candidates = asked === "any" ? callable : (byResult.get(asked) ?? []);
      if (candidates.length > 0) {
        const call = this.call(this.pick(candidates), depth - 1, scope, false);
        return bare ? call : `(${call})`;
      }
    }
    if (scope.variables.length > 0 && this.chance(15)) return this.pick(scope.variables);
    return this.leaf(asked, bare, scope);
  }

  private call(entry: GoFunction, depth: number, scope: Scope, piped: boolean): string {
    const { parameters, isVariadic } = signatureOf(entry);
    let types = parameters.map(({ type }) => wanted(type.name));
    if (isVariadic) {
      const rest = types.at(-1) ?? "any";
      const least = /^(eq|ne|lt|le|gt|ge|index|dict|slice|mustSlice|omit|pick)$/.test(entry.name) ? 1 : 0;
      types = [...types.slice(0, -1), ...Array.from({ length: least + this.int(2) }, () => rest)];
      if (entry.name === "dict") types = ["string", "any", "string", "any"].slice(0, 2 * (1 + this.int(1))) as Wanted[];
    }
    // Beyond the length of a slice Go shows what its capacity hides, which depends on how it was made.
    if (/slice$/i.test(entry.name)) {
      const from = this.expression(depth, scope, this.pick(["[]any", "[]string"] as const));
      // Piped, it is asked for an element of what is piped.
      return piped ? "len" : [entry.name, from, ...["0", "1"].slice(0, this.int(2))].join(" ");
    }
    if (["ne", "lt", "le", "gt", "ge"].includes(entry.name)) types = ["any", "any"];
    types = types.map((type, index) =>
      type === "any" ? meant(entry.name, index, (values) => this.pick(values)) : type,
    );
    // Comparable kinds on both sides, mostly.
    if (entry.name === "eq" || entry.name === "ne") {
      const side = this.pick(["string", "int", "float64", "bool"] as const);
      types = types.map(() => side);
    }
    if (piped) types = types.slice(0, -1);
    if (this.chance(1)) types = [...types, "any"];
    return [entry.name, ...types.map((type) => this.argument(entry, depth, scope, type))].join(" ");
  }

  private argument(entry: GoFunction, depth: number, scope: Scope, type: Wanted): string {
    if (entry.name.startsWith("print") && type === "string" && this.chance(80)) return JSON.stringify(this.format());
    if (/regex/i.test(entry.name) && type === "string" && this.chance(60))
      return JSON.stringify(
        this.pick(["a+", "[a-z]+", "(\\w)(\\w)", "^x", "o", "(?i)HELLO", "[", "a|b*", "\\d{2,}", "(?P<n>l+)"]),
      );
    if (/semver/.test(entry.name) && type === "string" && this.chance(70))
      return JSON.stringify(
        this.pick(["1.2.3", "v1.2", "^1.2.0", ">=1.0, <2", "~1.2.3-beta", "1.2.3-alpha.1+b", "x", "1.x || 3"]),
      );
    return this.expression(depth, scope, type);
  }

  private format(): string {
    let out = "";
    for (let count = 1 + this.int(2); count > 0; count--) {
      const flags = this.chance(30) ? this.pick(["+", "-", "#", "0", " ", "+0", "-0", "# "]) : "";
      const width = this.chance(30) ? String(this.int(9)) : "";
      const precision = this.chance(20) ? `.${this.chance(70) ? this.int(6) : ""}` : "";
      out +=
        this.pick(["", "a ", "=", "%%"]) + `%${flags}${width}${precision}${this.pick([..."vvvssqdxXtTeEfFgGcUbo"])}`;
    }
    return out;
  }

  private leaf(type: Wanted, bare: boolean, scope: Scope): string {
    const root = this.chance(95) ? scope.root : ".";
    const group = (call: string): string => (bare ? call : `(${call})`);
    switch (type) {
      case "string":
        return this.chance(55) ? `${root}${this.pick(KEYS)}` : this.literal();
      case "int":
        return this.pick(["0", "1", "2", "3", "-1", "7", "'a'", "0x1f", "0b11", "1_000", "10"]);
      case "int64":
        return group(`int64 ${this.pick(["0", "5", "-3", '"12"', "1000"])}`);
      case "float64":
        return this.pick(["0.5", "-1.25", "1e3", "3.0", "2", "1e-7", "0x1p-2"]);
      case "bool":
        return this.pick(["true", "false", group(`eq ${root}a ${root}b`), group(`not ${root}empty`), group("gt 2 1")]);
      case "[]string":
        return this.pick([
          group('splitList "," "c,a,b"'),
          group(`splitList "" ${root}user`),
          group("toStrings (list 1 2.5)"),
        ]);
      case "[]any":
        return this.pick([
          group('list 1 "two" 3.0 nil true'),
          group("list"),
          group(`list ${root}a ${root}b ${root}user`),
          group("until 3"),
        ]);
      case "map":
        return this.pick([
          group('dict "a" 1 "b" "two" "c" (list 1 2)'),
          group("dict"),
          group(`fromYaml ${root}yaml`),
          group(`dict "k" ${root}a`),
        ]);
      case "any":
      case "other":
        return this.leaf(
          this.pick(["string", "string", "string", "int", "int64", "float64", "bool", "[]any", "map"] as const),
          bare,
          scope,
        );
    }
  }

  private literal(): string {
    return this.pick([
      '""',
      '"x"',
      '"a b"',
      "`raw\\n`",
      '"tab\\tq\\"uote"',
      '"\\u00e9"',
      '"12"',
      '"-"',
      '","',
      '"\\xff"',
      '"Abc dEf"',
      '"2006-01-02"',
    ]);
  }
}

/** A random template and random data for it. */
export const templateCase: fc.Arbitrary<TemplateCase> = fc
  .tuple(
    fc.gen().map((g) => new Writer(g).template()),
    data,
  )
  .map(([template, values]) => ({ template, data: values }));
