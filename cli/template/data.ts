import { resolve } from "node:path";
import { isRecord, KeyturnError, InvalidError, type Problem } from "../../api";
import { parseYaml } from "../../policies/manifests/yaml";
import type { Io } from "../io";
import { readStdin, readText } from "../read-text";

/**
 * The data of a template: a YAML or JSON document with a text for each key, or a Kubernetes Secret.
 * @param file path, or `-` for standard input
 * @throws KeyturnError `Unreadable`, `InvalidYaml`, `Invalid`; none holds a value of the file
 */
export async function readData(file: string, io: Io): Promise<ReadonlyMap<string, Uint8Array>> {
  const shown = file === "-" ? "stdin" : file;
  const text = file === "-" ? await readStdin(io.stdin) : readText(resolve(io.cwd, file), file);
  const documents = parseYaml(text, shown);
  const document = documents[0]?.value;
  if (documents.length !== 1 || !isRecord(document))
    throw new KeyturnError({
      code: "Invalid",
      object: shown,
      cause: documents.length > 1 ? "has more than one document" : "is not a mapping of keys to texts",
      remedy: "give one YAML or JSON mapping such as `password: abc`, or a Kubernetes Secret",
    });
  return document["kind"] === "Secret" && document["apiVersion"] === "v1"
    ? fromSecret(document, shown)
    : new Map(texts(document, "", shown).map(([key, value]) => [key, Buffer.from(value)]));
}

function fromSecret(document: Readonly<Record<string, unknown>>, shown: string): Map<string, Uint8Array> {
  const { data = {}, stringData = {} } = document;
  const encoded = texts(data, "data", shown);
  const bad = encoded.filter(([, value]) => !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value));
  if (bad.length > 0)
    throw new InvalidError(
      shown,
      bad.map(([key]) => ({ path: `data.${key}`, message: "is not base64" })),
    );
  const values = new Map<string, Uint8Array>(encoded.map(([key, value]) => [key, Buffer.from(value, "base64")]));
  for (const [key, value] of texts(stringData, "stringData", shown)) values.set(key, Buffer.from(value));
  return values;
}

function texts(mapping: unknown, path: string, shown: string): [string, string][] {
  if (!isRecord(mapping)) throw new InvalidError(shown, [{ path, message: "is not a mapping of keys to texts" }]);
  const problems: Problem[] = [];
  const found: [string, string][] = [];
  for (const [key, value] of Object.entries(mapping)) {
    if (typeof value === "string") found.push([key, value]);
    else problems.push({ path: path === "" ? key : `${path}.${key}`, message: "is not a text: put it in quotes" });
  }
  if (problems.length > 0) throw new InvalidError(shown, problems);
  return found;
}
