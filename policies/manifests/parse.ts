import { isRecord } from "../../api";
import type { Manifest } from "../engine/manifest";
import { Locator } from "./locate";
import { parseYaml } from "./yaml";

/** What a text holds: objects to judge, and documents that are none. */
export interface ParsedManifests {
  readonly manifests: readonly Manifest[];
  /** Line of each document without apiVersion and kind. */
  readonly others: readonly number[];
}

/**
 * Reads the manifests of a YAML or JSON text. keyturn's own files beside manifests (`access.json`, `environments.json`) are no
 * objects of a cluster and are left out.
 * @param file as messages name the text
 * @throws KeyturnError `InvalidYaml`
 */
export function parseManifests(text: string, file: string): ParsedManifests {
  const manifests: Manifest[] = [];
  const others: number[] = [];
  const locator = new Locator(text);
  parseYaml(text, file).forEach(({ value, index, line }) => {
    if (!isRecord(value) || typeof value.apiVersion !== "string" || typeof value.kind !== "string") others.push(line);
    else if (!isCompanion(value.apiVersion, value.kind)) {
      manifests.push({ object: value, source: { file, line, locate: (path) => locator.locate(index, path) } });
    }
  });
  return { manifests, others };
}

function isCompanion(apiVersion: string, kind: string): boolean {
  return apiVersion.startsWith("keyturn.dev/") && (kind === "Access" || kind === "Environments");
}
