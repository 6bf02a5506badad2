import { dirname, join, resolve } from "node:path";
import ts from "typescript";

export const ROOT = join(__dirname, "../..");

/** What the compiler of this repository says about files that exist only here. */
export function problems(files: readonly { readonly file: string; readonly text: string }[]): readonly string[] {
  const config = ts.readConfigFile(join(ROOT, "tsconfig.json"), (path) => ts.sys.readFile(path)).config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const virtual = new Map(files.map(({ file, text }) => [resolve(ROOT, file), text]));
  const folders = new Set([...virtual.keys()].map((path) => dirname(path)));
  const base = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...base,
    directoryExists: (path) => folders.has(path) || ts.sys.directoryExists(path),
    fileExists: (path) => virtual.has(path) || base.fileExists(path),
    readFile: (path) => virtual.get(path) ?? base.readFile(path),
    getSourceFile: (path, target, ...rest) => {
      const text = virtual.get(path);
      return text === undefined ? base.getSourceFile(path, target, ...rest) : ts.createSourceFile(path, text, target);
    },
  };
  const program = ts.createProgram([...virtual.keys()], options, host);
  return [...virtual.keys()]
    .flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)))
    .map(({ messageText, file }) => `${file?.text ?? ""}${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
}
