import { readdirSync, realpathSync, statSync, type Stats } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { KeyturnError } from "../api";
import type { Manifest, ReportInput } from "../policies";
import { readProblem } from "../policies/manifests/environments";
import { parseManifests } from "../policies/manifests/parse";
import { usageError } from "./errors";
import type { Io } from "./io";
import { readStdin, readText } from "./read-text";

/** What was read: the objects, and everything that could not be or was passed over. */
export type ManifestFiles = { readonly manifests: readonly Manifest[] } & Pick<
  ReportInput,
  "files" | "errors" | "skipped"
>;

/**
 * Reads manifests of folders (YAML and JSON files, at any depth), files and `-` (stdin). A file that cannot be read is an error
 * beside what the others hold. In a folder, documents that are no Kubernetes objects are skipped; named directly they are errors.
 */
export async function readManifests(paths: readonly string[], io: Io): Promise<ManifestFiles> {
  const reader = new Reader(io.cwd);
  if (paths.filter((path) => path === "-").length > 1) {
    throw usageError("--manifests -", "is given twice", "standard input can be read once");
  }
  for (const path of paths) {
    if (path === "-") reader.text("stdin", await readStdin(io.stdin), true);
    else reader.path(path);
  }
  return reader.result();
}

class Reader {
  private readonly manifests: Manifest[] = [];
  private readonly errors: KeyturnError[] = [];
  private readonly skipped: { file: string; line?: number; reason: string }[] = [];
  private readonly read = new Set<string>();
  private files = 0;

  constructor(private readonly cwd: string) {}

  result(): ManifestFiles {
    return { manifests: this.manifests, files: this.files, errors: this.errors, skipped: this.skipped };
  }

  path(given: string): void {
    if (given === "") throw usageError("--manifests", "is empty", "give a folder, a file, or - for stdin");
    const path = resolve(this.cwd, given);
    const stats = this.attempt(given, () => statSync(path));
    if (stats === undefined) return;
    if (!stats.isDirectory()) return this.file(path, this.shown(path), true);
    const before = this.files + this.errors.length;
    this.folder(path, new Set());
    if (this.files + this.errors.length === before) {
      this.errors.push(
        new KeyturnError({
          code: "NoManifests",
          object: given,
          cause: "has no *.yaml, *.yml or *.json file in it",
          remedy: "check the folder, or run the synth first",
        }),
      );
    }
  }

  text(shown: string, text: string, named: boolean): void {
    this.files++;
    const parsed = this.attempt(shown, () => parseManifests(text, shown));
    if (parsed === undefined) return;
    this.manifests.push(...parsed.manifests);
    for (const line of parsed.others) {
      if (!named) this.skipped.push({ file: shown, line, reason: "no Kubernetes object" });
      else
        this.errors.push(
          new KeyturnError({
            code: "NotKubernetes",
            object: `${shown}:${line}`,
            cause: "is not a Kubernetes object: it has no apiVersion and kind",
            remedy: "give manifests only",
          }),
        );
    }
    if (named && parsed.manifests.length === 0 && parsed.others.length === 0 && text.trim() === "") {
      this.errors.push(
        new KeyturnError({
          code: "NoManifests",
          object: shown,
          cause: "is empty",
          remedy: "give Kubernetes manifests",
        }),
      );
    }
  }

  private folder(path: string, above: ReadonlySet<string>): void {
    const shown = this.shown(path);
    const real = this.attempt(shown, () => realpathSync(path));
    if (real === undefined) return;
    if (above.has(real)) {
      this.skipped.push({ file: shown, reason: "a link back to a folder above" });
      return;
    }
    const names = this.attempt(shown, () => readdirSync(path).sort());
    for (const name of names ?? []) this.entry(join(path, name), name, new Set([...above, real]));
  }

  private entry(path: string, name: string, above: ReadonlySet<string>): void {
    const isManifest = /\.(ya?ml|json)$/i.test(name);
    let stats: Stats;
    try {
      stats = statSync(path);
    } catch (error) {
      // A broken link to something that would not have been read is nobody's business.
      if (isManifest) this.errors.push(unreadable(this.shown(path), error));
      return;
    }
    if (stats.isDirectory()) {
      if (name !== "node_modules" && name !== ".git") this.folder(path, above);
    } else if (isManifest && stats.isFile()) this.file(path, this.shown(path), false);
  }

  /** Each file once, whatever links and arguments lead to it. */
  private file(path: string, shown: string, named: boolean): void {
    const real = this.attempt(shown, () => realpathSync(path));
    if (real === undefined || this.read.has(real)) return;
    this.read.add(real);
    const text = this.attempt(shown, () => readText(path, shown));
    if (text !== undefined) this.text(shown, text, named);
  }

  private attempt<T>(shown: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.errors.push(error instanceof KeyturnError ? error : unreadable(shown, error));
      return undefined;
    }
  }

  /** Relative to the working directory where it is inside, as code scanning wants it. */
  private shown(path: string): string {
    const inside = relative(this.cwd, path);
    return inside === "" ? "." : inside.startsWith("..") || isAbsolute(inside) ? path : inside.replaceAll("\\", "/");
  }
}

function unreadable(object: string, error: unknown): KeyturnError {
  return new KeyturnError({
    code: "Unreadable",
    object,
    cause: readProblem(error),
    remedy: "check the path and its permissions",
  });
}
