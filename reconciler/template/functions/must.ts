import type { GoFunction } from "./function";

/**
 * A function and its `must` form. In sprig the one mostly panics where the other returns an error, which is the same for a
 * template; where it differs, the form has its own `call`.
 */
export function withMust(entry: GoFunction, differing?: Pick<GoFunction, "doc" | "call">): readonly GoFunction[] {
  const name = `must${entry.name.charAt(0).toUpperCase()}${entry.name.slice(1)}`;
  const [, parameters, result] = /^(func\(.*\)) (\S.*)$/.exec(entry.signature) ?? [];
  if (parameters === undefined || result === undefined) throw new Error(`${entry.name} has no result`);
  return [
    entry,
    {
      ...entry,
      name,
      signature: `${parameters} (${result}, error)`,
      doc: `The same as \`${entry.name}\`.`,
      ...differing,
      ...(entry.example && { example: [entry.example[0].replace(entry.name, name), entry.example[1]] as const }),
    },
  ];
}
