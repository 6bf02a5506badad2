import { labelNameProblem, type JsonRecord } from "../../api";
import { resolveAppSecret, type AppSecretDeclaration } from "./app-secret";
import { readUsedKey, rolloutPlace } from "./consumer";
import { label, list, record, text } from "./fields";
import { outputsIn } from "./outputs";
import { collecting, Place } from "./problems";
import type { RolloutOptions } from "./rollout-options";
import { quote } from "./secret-like";
import { noSecret, type ResolvedTarget } from "./target";

/** How the containers of a workload use a Secret; at least one of the three. */
export interface SecretUseSpec {
  /** Environment variables: a list of keys that are their names as well, or the key by name of the variable. */
  readonly env?: readonly string[] | Readonly<Record<string, string>>;
  /** Every key as an environment variable, with a prefix where one is given. */
  readonly envFrom?: boolean | { readonly prefix?: string };
  /** Keys as files. */
  readonly volume?: SecretVolumeSpec;
}

/** A volume of the Secret, mounted read-only. */
export interface SecretVolumeSpec {
  /** Absolute path of the folder in the container. */
  readonly mountPath: string;
  /** The keys that become files, by default in a file of the same name. Default: every key. */
  readonly items?: readonly (string | SecretItemSpec)[];
  /**
   * Permissions of the files, 0 to 0o777. Default: Kubernetes', 0o644. With 0o440, processes that are not root need an `fsGroup` in the
   * pod's securityContext.
   */
  readonly defaultMode?: number;
  /** Name of the volume in the pod. Default: that of the Secret, with dashes for dots. */
  readonly name?: string;
}

/** A key as a file. */
export interface SecretItemSpec {
  /** A key of the Secret. */
  readonly key: string;
  /** Below the mountPath. Default: the key. */
  readonly path?: string;
  /** Permissions of this file. Default: `defaultMode`. */
  readonly mode?: number;
}

/** What a pod template says to use a Secret so, as plain objects of the Kubernetes API; lists are empty where nothing is used so. */
export interface ContainerUse {
  /** For the `env` of a container. */
  readonly env: EnvVar[];
  /** For the `envFrom` of a container. */
  readonly envFrom: EnvFromSource[];
  /** For the `volumes` of the pod. */
  readonly volumes: SecretVolume[];
  /** For the `volumeMounts` of a container. */
  readonly volumeMounts: VolumeMount[];
  /** The used keys, sorted; undefined: all. */
  readonly keys: readonly string[] | undefined;
}

/** An environment variable with the value of a key (Kubernetes' EnvVar). */
export interface EnvVar {
  readonly name: string;
  readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** Every key as an environment variable (Kubernetes' EnvFromSource). */
export interface EnvFromSource {
  readonly prefix?: string;
  readonly secretRef: { readonly name: string };
}

/** A volume of a pod with keys as files (Kubernetes' Volume). */
export interface SecretVolume {
  readonly name: string;
  readonly secret: {
    readonly secretName: string;
    readonly items?: { readonly key: string; readonly path: string; readonly mode?: number }[];
    readonly defaultMode?: number;
  };
}

/** Where a container has the volume (Kubernetes' VolumeMount). */
export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly: true;
}

/**
 * What a pod template says to use an AppSecret so, and which keys that are: `consumer(secret, workload, { keys: use.keys })`.
 * @throws DeclarationError
 */
export function secretUse(secret: AppSecretDeclaration, spec: SecretUseSpec): ContainerUse {
  const resolved = resolveAppSecret(secret);
  return collecting((problems) => readSecretUse(usePlace(problems, secret.id), spec, resolved));
}

/** Where a use is: `AppSecret "db" › use`. */
export function usePlace(problems: Parameters<typeof Place.of>[0], id: string): Place {
  return Place.of(problems, "AppSecret", id).at("use");
}

/**
 * Options of a rollout for exactly the used keys.
 * @throws DeclarationError when they name keys themselves
 */
export function rolloutOfUse(id: string, use: ContainerUse, options: RolloutOptions): RolloutOptions {
  collecting((problems) => {
    if ((options as RolloutOptions | null)?.keys !== undefined)
      rolloutPlace(problems, id).at("keys").report("are those that are used; leave it out");
  });
  return use.keys === undefined ? options : { ...options, keys: use.keys };
}

interface UsedSecret extends Partial<Pick<ResolvedTarget, "creationPolicy" | "manifest">> {
  readonly name: string;
  /** Undefined: not known. */
  readonly secretKeys: readonly string[] | undefined;
}

/** As {@link secretUse}, reporting instead of throwing. */
export function readSecretUse(place: Place, spec: unknown, secret: UsedSecret): ContainerUse {
  if (outputsIn(place, { spec })) return { env: [], envFrom: [], volumes: [], volumeMounts: [], keys: [] };
  const nothing = noSecret(secret);
  if (nothing !== undefined) place.report(`has nothing to use: ${nothing}`);
  const fields = record(place, spec) ?? {};
  place.onlyFields(fields, ["env", "envFrom", "volume"]);
  const variables = fields.env === undefined ? [] : readEnv(place.at("env"), fields.env, secret);
  const env = variables.map(([name, key]) => ({ name, valueFrom: { secretKeyRef: { name: secret.name, key } } }));
  const envFrom =
    fields.envFrom === undefined || fields.envFrom === false
      ? []
      : [{ ...readPrefix(place.at("envFrom"), fields.envFrom), secretRef: { name: secret.name } }];
  const volume = fields.volume === undefined ? undefined : readVolume(place.at("volume"), fields.volume, secret);
  if (Object.values(fields).every((value) => value === undefined || value === false))
    place.report("says nothing; write env, envFrom or volume");
  const items = volume?.volume.secret.items;
  const all = envFrom.length > 0 || (volume !== undefined && items === undefined);
  const keys = [...variables.map(([, key]) => key), ...(items ?? []).map(({ key }) => key)];
  return {
    env,
    envFrom,
    volumes: volume === undefined ? [] : [volume.volume],
    volumeMounts: volume === undefined ? [] : [volume.mount],
    keys: all ? undefined : [...new Set(keys)].sort(),
  };
}

/** Names of variables, and the keys they have the values of. */
function readEnv(place: Place, value: unknown, { secretKeys }: UsedSecret): readonly (readonly [string, string])[] {
  const seen = new Set<string>();
  const read = (at: Place, name: string, written: unknown): readonly [string, string] | undefined => {
    const key = readUsedKey(at, written, secretKeys);
    if (key === undefined) return undefined;
    const problem = variableProblem(name);
    if (problem !== undefined) at.report(`${quote(name)} ${problem}`);
    else if (seen.has(name)) at.report(`${quote(name)} is there twice`);
    seen.add(name);
    return [name, key];
  };
  if (!Array.isArray(value)) {
    const entries = Object.entries(record(place, value) ?? {});
    if (entries.length === 0) place.report("is empty; leave it out");
    return entries.flatMap(([name, key]) => {
      const variable = read(place.at(name), name, key);
      return variable === undefined ? [] : [variable];
    });
  }
  if (value.length === 0) place.report("is empty; leave it out");
  return list(place, value, (at, key) => read(at, typeof key === "string" ? key : "", key));
}

/** Why the text is not the name of an environment variable for every version of Kubernetes, or undefined. */
function variableProblem(name: string): string | undefined {
  return /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name) && !/^\.\.?$|^\.\./.test(name)
    ? undefined
    : 'is not a name for an environment variable (letters, digits, "_", "-" and ".", no digit in front); ' +
        "write { NAME: key }";
}

function readPrefix(place: Place, value: unknown): { readonly prefix?: string } {
  if (value === true) return {};
  const fields = record(place, value) ?? {};
  place.onlyFields(fields, ["prefix"]);
  const prefix = fields.prefix === undefined ? undefined : text(place.at("prefix"), fields.prefix);
  if (prefix === undefined) return {};
  if (variableProblem(prefix) !== undefined)
    place.at("prefix").report(`${quote(prefix)} cannot begin an environment variable (letters, digits and "_")`);
  return { prefix };
}

function readVolume(
  place: Place,
  value: unknown,
  { name: secretName, secretKeys }: UsedSecret,
): { readonly volume: SecretVolume; readonly mount: VolumeMount } | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["mountPath", "items", "defaultMode", "name"]);
  const mountPath = text(place.at("mountPath"), fields.mountPath) ?? "/";
  const problem = fields.mountPath === undefined ? undefined : mountPathProblem(mountPath);
  if (problem !== undefined) place.at("mountPath").report(`${quote(mountPath)} ${problem}`);
  const seen = new Set<string>();
  const items =
    fields.items === undefined
      ? undefined
      : list(place.at("items"), fields.items, (at, item) => readItem(at, item, secretKeys, seen));
  if (Array.isArray(fields.items) && fields.items.length === 0)
    place.at("items").report("is empty; leave it out for all keys");
  const defaultMode =
    fields.defaultMode === undefined ? undefined : readMode(place.at("defaultMode"), fields.defaultMode);
  const name = readVolumeName(place.at("name"), fields.name, secretName);
  const secret = {
    secretName,
    ...(items === undefined ? {} : { items }),
    ...(defaultMode === undefined ? {} : { defaultMode }),
  };
  return { volume: { name, secret }, mount: { name, mountPath, readOnly: true } };
}

function readVolumeName(place: Place, value: unknown, secretName: string): string {
  if (value !== undefined) return label(place, value) ?? "";
  const name = secretName.replaceAll(".", "-");
  if (secretName !== "" && labelNameProblem(name) !== undefined)
    place.report("is missing; the name of the Secret is too long for that of a volume");
  return name;
}

function readItem(
  place: Place,
  value: unknown,
  names: readonly string[] | undefined,
  seen: Set<string>,
): { readonly key: string; readonly path: string; readonly mode?: number } | undefined {
  const plain = typeof value === "string";
  const fields: JsonRecord | undefined = plain ? { key: value } : record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["key", "path", "mode"]);
  const { key: written, path: below, mode: permissions } = fields;
  const key = readUsedKey(plain ? place : place.at("key"), written, names);
  if (key === undefined) return undefined;
  const path = below === undefined ? key : (text(place.at("path"), below) ?? "");
  const problem = path === "" ? undefined : itemPathProblem(path);
  if (problem !== undefined) place.at("path").report(`${quote(path)} ${problem}`);
  for (const [what, name] of [["key", key] as const, ["path", path] as const]) {
    if (seen.has(`${what} ${name}`)) place.report(`${what} ${quote(name)} is there twice`);
    seen.add(`${what} ${name}`);
  }
  const mode = permissions === undefined ? undefined : readMode(place.at("mode"), permissions);
  return { key, path, ...(mode === undefined ? {} : { mode }) };
}

/** What people write who forget the 0o: read as decimal, each would give the group or everyone more than meant. */
const DECIMAL_MODES: readonly number[] = [400, 440, 444, 500];

function readMode(place: Place, value: unknown): number | undefined {
  if (typeof value === "number" && DECIMAL_MODES.includes(value))
    place.report(`is ${value} as a decimal number; write 0o${value}`);
  else if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0o777) return value;
  else place.report("must be a number from 0 to 0o777, like 0o440");
  return undefined;
}

/** Why the text is not an absolute path that Kubernetes mounts at, or undefined. */
function mountPathProblem(path: string): string | undefined {
  if (!path.startsWith("/")) return 'is not absolute; begin with "/"';
  if (path.includes(":")) return 'may not have a ":"';
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.length === 0) return "is the root; name a folder";
  return segments.includes("..") || segments.includes(".") ? 'may not have "." or ".." in it' : undefined;
}

/** Why the text is not a path below a volume, or undefined. */
function itemPathProblem(path: string): string | undefined {
  if (path.startsWith("/")) return "is absolute; it is below the mountPath";
  return path.split("/").some((segment) => segment === "" || segment === "." || segment.startsWith(".."))
    ? 'may not have empty segments, "." or ".." in it'
    : undefined;
}
