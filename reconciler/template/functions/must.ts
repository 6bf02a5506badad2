import type { GoFunction } from "./function";

/**
 * A function and its `must` form. In sprig one panics where the other returns an error, which is the same for a template; only
 * the documentation tells them apart.
 */
export function withMust(entry: GoFunction): readonly GoFunction[] {
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
      ...(entry.example && { example: [entry.example[0].replace(entry.name, name), entry.example[1]] as const }),
    },
  ];
}
