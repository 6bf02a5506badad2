import { readFileSync } from "node:fs";
import { isRecord, KeyturnError, parseEnvironments, type EnvironmentData } from "../../api";
import { parseYaml } from "./yaml";

/**
 * Reads an environments file, YAML or JSON.
 * @param file as messages name it
 * @throws KeyturnError `InvalidYaml`, `Invalid`
 */
export function parseEnvironmentsText(text: string, file: string): readonly EnvironmentData[] {
  const documents = parseYaml(text, file);
  if (documents.length !== 1) {
    throw new KeyturnError({
      code: "Invalid",
      object: file,
      cause: documents.length === 0 ? "is empty" : "has more than one document",
      remedy: "an environments file is one keyturn.dev/v1alpha1 Environments document, see docs/environments.md",
    });
  }
  return parseEnvironments(documents[0]?.value, file);
}

/** Environments given as a value: the document, or its list alone. */
export function environmentsValue(value: unknown, source: string): readonly EnvironmentData[] {
  const document = isRecord(value)
    ? value
    : { apiVersion: "keyturn.dev/v1alpha1", kind: "Environments", environments: value };
  return parseEnvironments(document, source);
}

/**
 * Environments in a file, for hosts that are given its path.
 * @param shown the path as messages name it
 * @throws KeyturnError `EnvironmentsUnreadable`, `InvalidYaml`, `Invalid`
 */
export function readEnvironments(path: string, shown: string): readonly EnvironmentData[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new KeyturnError({
      code: "EnvironmentsUnreadable",
      object: `environments file ${shown}`,
      cause: readProblem(error),
      remedy: "check the path and its permissions",
    });
  }
  return parseEnvironmentsText(text, shown);
}

/** Why a file could not be read, in words. */
export function readProblem(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return "does not exist";
    case "EACCES":
    case "EPERM":
      return "may not be read";
    case "EISDIR":
      return "is a folder";
    case "ENOTDIR":
      return "does not exist: a part of the path is no folder";
    case "ELOOP":
      return "is a symbolic link that leads back to itself";
    case "ENAMETOOLONG":
      return "is a name too long for a file";
    default:
      return `cannot be read (${code ?? "unknown error"})`;
  }
}
