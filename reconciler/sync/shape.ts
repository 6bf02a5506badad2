import type { SecretData } from "../../api";
import { property } from "../template/property";
import { extractedBytes, goJson } from "../template/value";
import type { VaultSecret } from "../vault/types";
import type { Source } from "./spec";

/** What one source gave. */
export interface Answer {
  readonly source: Source;
  readonly secret: VaultSecret;
  /** The path as people name it, for messages. */
  readonly path: string;
}

export type Shaped =
  | { readonly data: SecretData }
  /** Names the place, the path and what is wrong; never a value. */
  | { readonly problem: string; readonly remedy: string };

/**
 * The data of the Secret from what was read, in the order of the sources; later ones win on equal keys (ESO's `MergeByteMap`,
 * reference/eso.md 2.9).
 */
export function shape(answers: readonly Answer[]): Shaped {
  const data = new Map<string, Uint8Array>();
  for (const answer of answers) {
    const part = answer.source.secretKey === undefined ? extract(answer) : one(answer, answer.source.secretKey);
    if (!("data" in part)) return part;
    for (const [key, value] of part.data) {
      if (answer.source.refuseNul && value.includes(0))
        return problemOf(answer, `the value for key "${key}" contains null bytes`, "store it in a text-safe format");
      data.set(key, value);
    }
  }
  return { data };
}

function one(answer: Answer, secretKey: string): Shaped {
  const { source, secret } = answer;
  if (source.property === undefined) return { data: new Map([[secretKey, Buffer.from(goJson(secret.data))]]) };
  const result = property(secret.data, source.property);
  if ("found" in result) return { data: new Map([[secretKey, result.found]]) };
  if ("missing" in result)
    return problemOf(answer, `has no property "${source.property}"`, "write it there or correct remoteRef.property");
  return problemOf(
    answer,
    `property "${source.property}" asks for more than one query may do (${result.limit})`,
    "use a simpler path",
  );
}

function extract(answer: Answer): Shaped {
  const data = new Map<string, Uint8Array>();
  const sources = new Map<string, string>();
  for (const [key, value] of answer.secret.data) {
    const bytes = extractedBytes(value);
    if (bytes === undefined)
      return problemOf(
        answer,
        `property "${key}" holds a number beyond float64`,
        "store it as text, or take it by property",
      );
    const name = convertKey(key, answer.source.unicodeKeys);
    if (name === "") continue;
    const other = sources.get(name);
    if (other !== undefined)
      return problemOf(answer, `secret name collision during conversion: ${name}`, "rename one of the properties");
    sources.set(name, key);
    data.set(name, bytes);
  }
  return { data };
}

/** ESO's ConvertKeys: what is not a letter, a digit, `-`, `.` or `_` becomes `_`, or `_U<hex code>_`. */
function convertKey(key: string, unicode: boolean): string {
  return key.replace(/[^-._\p{L}\p{N}]/gu, (character) =>
    unicode ? `_U${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}_` : "_",
  );
}

function problemOf({ source, path }: Answer, cause: string, remedy: string): Shaped {
  return { problem: `${source.place}: ${path} ${cause}`, remedy };
}
