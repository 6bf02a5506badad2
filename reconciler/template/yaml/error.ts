/** Which of Go's steps refused: reading the YAML, making JSON of it, or reading that JSON into the type that is asked for. */
type Stage = "yaml" | "convert" | "json";

const PREFIXES: Readonly<Record<Stage, string>> = {
  yaml: "error converting YAML to JSON: yaml: ",
  convert: "error converting YAML to JSON: ",
  json: "error unmarshaling JSON: while decoding JSON: json: ",
};

/**
 * A text is not YAML that sigs.k8s.io/yaml takes. The message is Go's own (`error converting YAML to JSON: yaml: line 3: did not
 * find expected key`), with the same line, except that no name and no value of the text is ever part of it.
 */
export class YamlError extends Error {
  constructor(
    problem: string,
    /** As Go prints it; 0 prints no line. */
    line = 0,
    stage: Stage = "yaml",
  ) {
    super(`${PREFIXES[stage]}${line === 0 ? "" : `line ${line}: `}${problem}`);
  }
}
