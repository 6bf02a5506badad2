import { oneOf, record } from "../fields";
import type { TemplateSpec } from "../template";
import { helping, textOperand, type Part } from "./part";

/** How the file is written. */
export interface EnvFileOptions {
  /** Key of the Secret. Default `.env`. */
  readonly name?: string;
  /**
   * Who reads it. `dotenv` (default): `node --env-file` and the dotenv libraries; values are quoted with `'`, `` ` `` or `"`, whichever leaves
   * them as they are, and one that none of them can hold (a carriage return; all three quotes) fails instead of becoming another value.
   * `shell`: `. ./.env` in any POSIX shell, every value but one with a null byte.
   */
  readonly dialect?: "dotenv" | "shell";
}

/**
 * A `.env` file: a line for each variable, sorted.
 * @example
 * template: envFile({ DB_USER: "user", DB_PASSWORD: "password", DB_HOST: literal("db.example.com") })
 * @throws DeclarationError
 */
export function envFile(variables: Readonly<Record<string, Part>>, options: EnvFileOptions = {}): TemplateSpec {
  const { name = ".env", dialect = "dotenv" } = options;
  return helping("envFile", name, (place) => {
    place.onlyFields(options, ["name", "dialect"]);
    oneOf(place.at("dialect"), dialect, ["dotenv", "shell"]);
    const fields = record(place, variables) ?? {};
    const names = Object.keys(fields).sort();
    if (names.length === 0) place.report("has no variables");
    const lines = names.map((variable) => {
      const at = place.at(variable);
      if (!/^[A-Za-z_]\w*$/.test(variable)) at.report('is not the name of a variable (letters, digits and "_")');
      const value = textOperand(at, fields[variable]);
      return dialect === "shell"
        ? `${variable}='{{ ${value} | replace "'" "'\\\\''" }}'\n`
        : `${variable}={{ template "value" ${value} }}\n`;
    });
    return { data: { [name]: (dialect === "shell" ? "" : VALUE) + lines.join("") } };
  });
}

/** Inside `'` and `` ` `` everything is itself; inside `"` a `\n` is a line end to some readers. */
const VALUE = [
  `{{- define "value" }}`,
  String.raw`{{- if or (contains "\r" .) (contains "\x00" .) }}{{ fail "a value has a character that no .env file can hold" }}`,
  `{{- else if not (contains "'" .) }}'{{ . }}'`,
  '{{- else if not (contains "`" .) }}`{{ . }}`',
  String.raw`{{- else if not (or (contains "\"" .) (contains "\\" .)) }}"{{ . }}"`,
  `{{- else }}{{ fail "a value has every kind of quote, which no .env file can hold" }}`,
  `{{- end }}{{ end -}}`,
  "",
].join("\n");
