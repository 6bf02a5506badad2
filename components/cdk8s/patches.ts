import { ENVIRONMENT, isRecord, TEAM } from "../../api";

const escaped = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** By which references, policies and rollouts find an object. */
const IDENTITY = new RegExp(
  `^/(?:apiVersion|kind|metadata/(?:name|namespace|annotations/(?:${escaped(ENVIRONMENT)}|${escaped(TEAM)})))$`,
);

/** What else keyturn has made something of: the Vault policy, a role, the keys that workloads use. */
const RELIED_ON: Readonly<Record<string, RegExp>> = {
  ExternalSecret: new RegExp(
    "^/spec/(?:secretStoreRef/|target/name$" +
      "|data/\\d+/(?:secretKey$|sourceRef/|remoteRef/(?:key|metadataPolicy)$)" +
      "|dataFrom/\\d+/(?!rewrite/|(?:extract|find)/(?:property|version|conversionStrategy|decodingStrategy|nullBytePolicy)$))",
  ),
  SecretStore: /^\/spec\/(?:controller$|provider\/vault\/(?:path|version|namespace|auth\/))/,
  ClusterSecretStore: /^\/spec\/(?:controller$|provider\/vault\/(?:path|version|namespace|auth\/))/,
};

/**
 * What JSON patches changed that keyturn relies on.
 * @param before the object without them
 */
export function patchProblems(before: unknown, after: unknown): readonly string[] {
  const was = new Map(leaves(before));
  const is = new Map(leaves(after));
  const kind = String(was.get("/kind"));
  const reliedOn = (pointer: string): boolean =>
    IDENTITY.test(pointer) || (Object.hasOwn(RELIED_ON, kind) && RELIED_ON[kind]?.test(pointer) === true);
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter(
    (pointer) => was.get(pointer) !== is.get(pointer) && reliedOn(pointer),
  );
  if (changed.length === 0) return [];
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : "";
  return [
    `JSON patch: changes ${changed.slice(0, 3).join(", ")}${more} of the ${kind}; the Vault policies and rollouts are made of the declaration, ` +
      "where that has to be changed instead",
  ];
}

/** Every leaf by its JSON pointer. */
function leaves(value: unknown, pointer = ""): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.flatMap((entry: unknown, index) => leaves(entry, `${pointer}/${index}`));
  if (isRecord(value))
    return Object.entries(value).flatMap(([name, entry]) => leaves(entry, `${pointer}/${escaped(name)}`));
  return [[pointer, value]];
}
