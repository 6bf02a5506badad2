import { plain } from "../../policies/reports/plain";
import { isLoss, noteLine } from "./note";
import type { Program } from "./program";
import { expression, jsonOf } from "./tree";

/** The program as a TypeScript module that exports every declaration by name, and all of them as `declarations`. */
export function printTypeScript({ environments, teams, stores, references, secrets, notes }: Program): string {
  const used = [
    ...(secrets.length > 0 ? ["appSecret"] : []),
    ...(environments.length > 0 ? ["environment"] : []),
    ...(stores.length > 0 ? ["store"] : []),
    ...(teams.length > 0 ? ["team"] : []),
    "type Declaration",
  ];
  const blocks = [
    comments(
      notes.filter(isLoss).map(noteLine),
      "What these declarations do not say; look at each before you apply them:",
    ),
    comments(notes.filter((note) => !isLoss(note)).map(noteLine), "What was chosen:"),
    [`import { ${used.join(", ")} } from "keyturn";`],
    environments.flatMap(({ variable, name, spec }) => call(variable, "environment", [JSON.stringify(name)], spec)),
    teams.flatMap(({ variable, environment, name, spec }) =>
      call(variable, "team", [environment.variable, JSON.stringify(name)], spec),
    ),
    references.flatMap(({ variable, environment, name, vault }) => {
      const at = `${environment.variable}, ${JSON.stringify(name)}`;
      const which = vault === undefined ? "" : `vault: ${JSON.stringify(vault)}`;
      return [
        `/** Stays as it is; with an adapter, Store.fromName(${at}${which === "" ? "" : `, { ${which} }`}). */`,
        `export const ${variable} = { environment: ${environment.variable}, name: ${JSON.stringify(name)}${which === "" ? "" : `, ${which}`} };`,
      ];
    }),
    stores.flatMap(({ variable, id, spec }) => call(variable, "store", [JSON.stringify(id)], spec)),
    ...secrets.map(({ variable, id, object, spec }) => [
      `/** ${plain(object).replaceAll("*/", "* /")} */`,
      ...call(variable, "appSecret", [JSON.stringify(id)], spec),
    ]),
    [
      `export const declarations: readonly Declaration[] = ${list([...stores, ...secrets].map(({ variable }) => variable))};`,
    ],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function comments(lines: readonly string[], title: string): readonly string[] {
  return lines.length === 0 ? [] : [`// ${title}`, ...lines.map((line) => `// - ${line}`)];
}

function call(variable: string, name: string, first: readonly string[], spec: unknown): readonly string[] {
  const head = `export const ${variable} = ${name}(${first.join(", ")}, `;
  return [`${head}${expression(spec, 0, head.length + 2)});`];
}

function list(names: readonly string[]): string {
  const flat = `[${names.join(", ")}]`;
  return flat.length < 60 ? flat : `[\n${names.map((name) => `  ${name},\n`).join("")}]`;
}

/** The same as plain data; `team`, `store` and `environment` are names of variables of the module. */
export function printJson({ environments, teams, stores, references, secrets, notes }: Program): string {
  const document = {
    apiVersion: "keyturn.dev/v1alpha1",
    kind: "Import",
    environments: environments.map(({ variable, name, spec }) => ({ variable, name, spec: jsonOf(spec) })),
    teams: teams.map(({ variable, environment, name, spec }) => ({
      variable,
      environment: environment.variable,
      name,
      spec: jsonOf(spec),
    })),
    references: references.map((reference) => ({ ...reference, environment: reference.environment.variable })),
    stores: stores.map(({ variable, id, spec }) => ({ variable, id, spec: jsonOf(spec) })),
    secrets: secrets.map(({ variable, id, object, spec }) => ({ variable, id, object, spec: jsonOf(spec) })),
    notes,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
