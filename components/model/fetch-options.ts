import type { JsonRecord } from "../../api";
import { oneOf } from "./fields";
import type { Place } from "./problems";
import type { Team } from "./team";

/** What is done with values on their way from Vault. */
export interface FetchOptions {
  /**
   * The value in Vault is base64 (with padding), and the Secret gets what it stands for. `auto` decodes what happens to be either form and
   * leaves the rest, so that a plain `test` is decoded too (ESO's `decodingStrategy`). Default: as it is.
   */
  readonly decode?: "base64" | "base64url" | "auto";
  /** Whether a value with null bytes is an error (ESO). Default `Ignore`. */
  readonly nullBytePolicy?: "Ignore" | "Fail";
  /** `Fetch`: the metadata of the KV v2 secret (custom metadata, `created_time`, ...) instead of its value (ESO). Default `None`. */
  readonly metadataPolicy?: "None" | "Fetch";
}

/** Names of properties that are no keys of a Secret. */
export interface ConversionOptions {
  /** `Default`: every other character becomes `_`; `Unicode`: `_U<hex code>_` (ESO). Default `Default`. */
  readonly conversionStrategy?: "Default" | "Unicode";
}

/** How a value is decoded, in External Secrets Operator's words. */
export type Decoding = "Base64" | "Base64URL" | "Auto";

/** Each absent where it is the operator's default. */
export interface ResolvedFetchOptions {
  readonly decoding?: Decoding;
  readonly nullBytes?: "Ignore" | "Fail";
  readonly metadata?: true;
}

const DECODINGS: Readonly<Record<NonNullable<FetchOptions["decode"]>, Decoding>> = {
  base64: "Base64",
  base64url: "Base64URL",
  auto: "Auto",
};

export function readFetchOptions(place: Place, fields: JsonRecord): ResolvedFetchOptions {
  const choice = <T extends string>(field: string, choices: readonly T[]): T | undefined =>
    fields[field] === undefined ? undefined : oneOf(place.at(field), fields[field], choices);
  const decode = choice("decode", ["base64", "base64url", "auto"]);
  const nullBytes = choice("nullBytePolicy", ["Ignore", "Fail"]);
  const metadata = choice("metadataPolicy", ["None", "Fetch"]);
  return {
    ...(decode === undefined ? {} : { decoding: DECODINGS[decode] }),
    ...(nullBytes === undefined ? {} : { nullBytes }),
    ...(metadata === "Fetch" ? { metadata: true } : {}),
  };
}

export function readConversion(place: Place, fields: JsonRecord): "Default" | "Unicode" {
  const value = fields.conversionStrategy;
  if (value === undefined) return "Default";
  const conversion = oneOf(place.at("conversionStrategy"), value, ["Default", "Unicode"]);
  if (Array.isArray(fields.rewrite) && fields.rewrite.length > 0)
    place.at("conversionStrategy").report("has no effect together with rewrite: rewritten names are taken as they are");
  return conversion ?? "Default";
}

/** KV v1 has no metadata. */
export function refuseWithoutMetadata(place: Place, { metadata }: ResolvedFetchOptions, team: Team): void {
  const { mount, version } = team.environment.vault.kv;
  if (metadata === true && version === 1)
    place.at("metadataPolicy").report(`"Fetch" needs KV version 2; mount "${mount}" has version 1`);
}
