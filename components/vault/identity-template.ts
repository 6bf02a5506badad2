import { durationOf } from "./go-time";

/** Whose request it is, as far as templated policies ask (reference: OpenBao, "ACL policy path templating"). */
export interface RequestIdentity {
  /** Undefined for tokens without one, such as those of `auth/token/create`. */
  readonly entity?: {
    readonly id: string;
    readonly name: string;
    readonly metadata?: ReadonlyMap<string, string>;
    /** By the accessor of the auth mount. */
    readonly aliases?: ReadonlyMap<string, IdentityAlias>;
  };
  readonly groups?: readonly {
    readonly id: string;
    readonly name: string;
    readonly metadata?: ReadonlyMap<string, string>;
  }[];
}

export interface IdentityAlias {
  readonly id: string;
  readonly name: string;
  readonly metadata?: ReadonlyMap<string, string>;
  readonly customMetadata?: ReadonlyMap<string, string>;
}

/** A path cut at its templates: texts, and between them what stands in braces. */
interface Pieces {
  readonly texts: readonly string[];
  readonly templates: readonly string[];
}

function pieces(path: string): Pieces | undefined {
  const [head = "", ...rest] = path.split("{{");
  const cut = rest.map((piece) => piece.split("}}"));
  if (head.includes("}}") || cut.some(({ length }) => length !== 2)) return undefined;
  return {
    texts: [head, ...cut.map(([, text = ""]) => text)],
    templates: cut.map(([template = ""]) => template.trim()),
  };
}

/** Whether a path has templates; undefined when its braces do not match. */
export function isTemplated(path: string): boolean | undefined {
  const found = pieces(path);
  return found === undefined ? undefined : found.templates.length > 0;
}

/** Matches every path a template could become while its values are not known, wildcards of the path still escaped. */
export function possiblePath(path: string): string {
  return (pieces(path)?.texts ?? [path]).map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("[^/]*");
}

/** A path with its templates filled in, or why it cannot be. */
export type Filled =
  | { readonly kind: "path"; readonly path: string }
  /** A value is missing: the server leaves the rule out. */
  | { readonly kind: "missing" }
  /**
   * A value has a wildcard or slash in it: the server cannot make anything of all the token's policies, and denies every request
   * (OpenBao 2.7.2; a policy's settings that let such values pass are not asked for here).
   */
  | { readonly kind: "forbidden"; readonly template: string };

/** @param now milliseconds since 1970, for `{{time.now}}` */
export function fillIn(path: string, identity: RequestIdentity, now: number): Filled {
  const { texts: [start = "", ...texts] = [], templates = [] } = pieces(path) ?? {};
  let filledIn = start;
  for (const [index, template] of templates.entries()) {
    const value = valueOf(template, identity, now);
    if (value === undefined) return { kind: "missing" };
    if (/[*+/]/.test(value)) return { kind: "forbidden", template };
    filledIn += `${value}${texts[index] ?? ""}`;
  }
  return { kind: "path", path: filledIn };
}

function valueOf(template: string, { entity, groups = [] }: RequestIdentity, now: number): string | undefined {
  const [, area = "", rest = ""] = /^(identity\.entity|identity\.groups|time)\.([^]*)$/.exec(template) ?? [];
  switch (area) {
    case "identity.entity":
      return entity === undefined ? undefined : entityValue(entity, rest);
    case "identity.groups":
      return groupValue(groups, rest);
    case "time":
      return timeValue(rest, now);
    default:
      return undefined;
  }
}

function entityValue(entity: NonNullable<RequestIdentity["entity"]>, selector: string): string | undefined {
  if (selector === "id") return filled(entity.id);
  if (selector === "name") return filled(entity.name);
  const metadata = after(selector, "metadata.");
  if (metadata !== undefined) return entity.metadata?.get(metadata);
  const [, accessor = "", rest = ""] = /^aliases\.([^.]*)\.([^]*)$/.exec(selector) ?? [];
  const alias = entity.aliases?.get(accessor);
  if (alias === undefined) return undefined;
  if (rest === "id") return filled(alias.id);
  if (rest === "name") return filled(alias.name);
  const ofAlias = after(rest, "metadata.");
  if (ofAlias !== undefined) return alias.metadata?.get(ofAlias);
  const custom = after(rest, "custom_metadata.");
  return custom === undefined ? undefined : alias.customMetadata?.get(custom);
}

function groupValue(groups: NonNullable<RequestIdentity["groups"]>, selector: string): string | undefined {
  const [, by, wanted = "", rest = ""] = /^(ids|names)\.([^.]*)\.([^]*)$/.exec(selector) ?? [];
  const group = groups.find(({ id, name }) => wanted === (by === "ids" ? id : name));
  if (by === undefined || group === undefined) return undefined;
  if (rest === "id") return group.id;
  if (rest === "name") return filled(group.name);
  const metadata = after(rest, "metadata.");
  return metadata === undefined ? undefined : group.metadata?.get(metadata);
}

function timeValue(selector: string, now: number): string | undefined {
  if (selector === "now") return String(Math.floor(now / 1000));
  const [, direction, written = ""] = /^now\.(plus|minus)\.([^]*)$/.exec(selector) ?? [];
  const duration = direction === undefined ? undefined : durationOf({ type: "string", value: written });
  if (duration === undefined) return undefined;
  const milliseconds = Number(duration) / 1e6;
  return String(Math.floor((now + (direction === "plus" ? milliseconds : -milliseconds)) / 1000));
}

function filled(value: string): string | undefined {
  return value === "" ? undefined : value;
}

function after(text: string, start: string): string | undefined {
  return text.startsWith(start) ? text.slice(start.length) : undefined;
}
