import fc from "fast-check";

const segment = fc.constantFrom("a", "b", "ab", "+", "a+");
const capability = fc.constantFrom("read", "list", "create", "update", "delete", "sudo", "deny");

/** A path pattern below a mount, with every kind of wildcard where it may and may not mean something. */
const pattern = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.constantFrom("", "", "*", "/", "/*"))
  .map(([segments, end]) => `${segments.join("/")}${end}`)
  .filter((text) => !text.includes("+*"));

export interface Rule {
  readonly pattern: string;
  readonly capabilities: readonly string[];
}

/** Some policies; every one a list of rules. */
export const policies: fc.Arbitrary<readonly (readonly Rule[])[]> = fc.array(
  fc.array(fc.record({ pattern, capabilities: fc.uniqueArray(capability, { minLength: 1, maxLength: 2 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
  { minLength: 1, maxLength: 3 },
);

export const policyText = (mount: string, rules: readonly Rule[]): string =>
  rules
    .map(
      ({ pattern: text, capabilities }) => `path "${mount}/${text}" { capabilities = ${JSON.stringify(capabilities)} }`,
    )
    .join("\n");

const literal = ["a", "b", "ab", "a+"];
/** Every path of up to three segments, with and without a slash at the end. */
export const allPaths: readonly string[] = [
  ...literal,
  ...literal.flatMap((x) => literal.map((y) => `${x}/${y}`)),
  ...literal.flatMap((x) => ["a", "b"].flatMap((y) => ["a", "b"].map((z) => `${x}/${y}/${z}`))),
].flatMap((path) => [path, `${path}/`]);

/** One request to a KV mount. */
export interface KvStep {
  readonly method: string;
  /** Below the mount. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const name = fc.constantFrom("x", "d/y", "d/e/z");
const data = fc.constantFrom<object>(
  {},
  { k: "v" },
  { k: "w", n: 1.5, deep: { a: [1, "2"], b: null } },
  { __proto_: "x" },
);
const versions = fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
const query = fc.constantFrom("", "", "?version=1", "?version=2", "?version=0");

/** Any order of reads and writes of KV version 2. */
export const kv2Steps: fc.Arbitrary<readonly KvStep[]> = fc.array(
  fc.oneof(
    fc
      .tuple(name, data, fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined, freq: 2 }))
      .map(([path, value, cas]) => ({
        method: "PUT",
        path: `data/${path}`,
        body: { data: value, ...(cas === undefined ? {} : { options: { cas } }) },
      })),
    fc.tuple(name, query).map(([path, version]) => ({ method: "GET", path: `data/${path}${version}` })),
    name.map((path) => ({ method: "DELETE", path: `data/${path}` })),
    fc
      .tuple(fc.constantFrom("delete", "undelete", "destroy"), name, versions)
      .map(([area, path, numbers]) => ({ method: "PUT", path: `${area}/${path}`, body: { versions: numbers } })),
    fc.tuple(name, fc.constantFrom("GET", "DELETE")).map(([path, method]) => ({ method, path: `metadata/${path}` })),
    fc
      .tuple(
        name,
        fc.constantFrom<object>({ max_versions: 2 }, { cas_required: true }, { custom_metadata: { o: "p" } }),
      )
      .map(([path, body]) => ({ method: "PUT", path: `metadata/${path}`, body })),
    fc
      .tuple(
        fc.constantFrom("metadata", "detailed-metadata"),
        fc.constantFrom("", "d", "d/", "d/e", "none"),
        fc.constantFrom("list", "scan"),
      )
      .map(([area, folder, how]) => ({ method: "GET", path: `${area}/${folder}?${how}=true` })),
    fc.tuple(name, query).map(([path, version]) => ({ method: "GET", path: `subkeys/${path}${version}` })),
    fc.tuple(name, fc.constantFrom<object>({ k: null }, { added: 1 }, {})).map(([path, value]) => ({
      method: "PATCH",
      path: `data/${path}`,
      body: { data: value },
      headers: { "Content-Type": "application/merge-patch+json" },
    })),
  ),
  { minLength: 3, maxLength: 14 },
);

/** Any order of reads and writes of KV version 1. */
export const kv1Steps: fc.Arbitrary<readonly KvStep[]> = fc.array(
  fc.oneof(
    fc.tuple(name, data).map(([path, body]) => ({ method: "PUT", path, body })),
    name.map((path) => ({ method: "GET", path })),
    name.map((path) => ({ method: "DELETE", path })),
    fc
      .tuple(fc.constantFrom("", "d", "d/", "d/e", "none"), fc.constantFrom("list", "scan"))
      .map(([folder, how]) => ({ method: "GET", path: `${folder}?${how}=true` })),
  ),
  { minLength: 3, maxLength: 12 },
);
