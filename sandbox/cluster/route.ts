/** What a path of the API means. */
export interface ResourceRoute {
  readonly group: string;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly plural: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** The resource behind a path, or undefined when it is not a resource's path. */
export function parseRoute(path: string): ResourceRoute | undefined {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const core = parts[0] === "api" && parts[1] === "v1";
  const grouped = parts[0] === "apis" && parts.length >= 4;
  if ((!core || parts.length < 3) && !grouped) return undefined;
  const [group, version] = core ? ["", "v1"] : [parts[1] ?? "", parts[2] ?? ""];
  const rest = parts.slice(core ? 2 : 3);
  const base = { group, version };
  const [first, second, third] = rest;
  if (first === "namespaces" && second !== undefined && third !== undefined && !(core && isNamespacePart(third))) {
    if (rest.length > 5) return undefined;
    return { ...base, namespace: second, plural: third, name: rest[3], subresource: rest[4] };
  }
  if (rest.length > 3) return undefined;
  return { ...base, namespace: undefined, plural: first ?? "", name: second, subresource: third };
}

const isNamespacePart = (part: string): boolean => part === "status" || part === "finalize";

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
