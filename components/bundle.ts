import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KeyturnError } from "../api";

/** The program of the reconciler: its text, or where to read it. */
export type BundleSource = { readonly text: string } | { readonly path: string };

/**
 * The text of the bundle. Default: the `reconciler.cjs` of this package.
 * @throws KeyturnError `BundleUnreadable`
 */
export function bundleText(source?: BundleSource): string {
  if (source !== undefined && "text" in source) return source.text;
  const paths = source === undefined ? OWN : [source.path];
  for (const path of paths) {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT" && path !== paths.at(-1)) continue;
      const refused = new KeyturnError(
        {
          code: "BundleUnreadable",
          object: `reconciler bundle ${path}`,
          cause: `cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
          remedy:
            source === undefined ? "run `npm run build`, or give bundle: { path }" : "give the path of reconciler.cjs",
        },
        { cause: error },
      );
      // As DeclarationError: Pulumi prints the message alone.
      throw Object.defineProperty(refused, "__pulumiRunError", { value: true });
    }
  }
  return "";
}

/** From `dist/components`, and from `components` when run from sources. */
const OWN = [join(__dirname, "../reconciler.cjs"), join(__dirname, "../dist/reconciler.cjs")];
