import { CORE_SCHEMA, EVENT_ID, mergeTag, parseEvents, constructFromEvents, YAMLException, type Event } from "js-yaml";
import { KeyturnError } from "../../api";
import { expandedSize } from "./size";

/** What Kubernetes' own reader understands besides YAML 1.2: merge keys, in which fields could otherwise be hidden. */
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);
const MAX_ALIASES = 1000;
const MAX_NODES = 1_000_000;

export interface YamlDocument {
  readonly value: unknown;
  /** Counted from 0, with the empty ones. */
  readonly index: number;
  /** Of the first character, counted from 1. */
  readonly line: number;
}

/**
 * The documents of a YAML or JSON text, empty ones left out.
 * @throws KeyturnError `InvalidYaml` naming `file:line:column`; nothing of the text is in it, since the line may hold a secret
 */
export function parseYaml(text: string, file: string): readonly YamlDocument[] {
  const source = withoutMark(text);
  try {
    const events = parseEvents(source, { filename: file });
    const values = constructFromEvents(events, { source, schema: SCHEMA, maxAliases: MAX_ALIASES });
    const lines = documentLines(events, source);
    if (events.some((event) => event.type === EVENT_ID.ALIAS)) values.forEach((value) => assertSize(value, file));
    return values.flatMap((value, index) =>
      value === null || value === undefined ? [] : [{ value, index, line: lines[index] ?? 1 }],
    );
  } catch (error) {
    if (error instanceof KeyturnError) throw error;
    throw invalid(error, file);
  }
}

/** The text without a byte order mark, which js-yaml leaves out of its offsets. */
export function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function assertSize(value: unknown, file: string): void {
  const size = expandedSize(value, MAX_NODES);
  if (size <= MAX_NODES) return;
  throw new KeyturnError({
    code: "InvalidYaml",
    object: file,
    cause:
      size === Infinity
        ? "an alias refers to something that contains it"
        : `its aliases stand for more than ${MAX_NODES} values`,
    remedy: "write the manifest without these aliases",
  });
}

function invalid(error: unknown, file: string): KeyturnError {
  if (!(error instanceof YAMLException)) {
    return new KeyturnError({
      code: "InvalidYaml",
      object: file,
      cause: "cannot be read as YAML",
      remedy: "check that it is a Kubernetes manifest",
    });
  }
  const { mark } = error;
  return new KeyturnError({
    code: "InvalidYaml",
    object: mark === undefined ? file : `${file}:${mark.line + 1}:${mark.column + 1}`,
    cause: `is not valid YAML: ${reasonOf(error)}`,
    remedy: remedyOf(error.reason),
  });
}

/** js-yaml puts names of aliases and tags into its reasons; a secret written without quotes can be one (`*abc`, `!abc`). */
function reasonOf({ reason }: YAMLException): string {
  const cut = reason.search(/"|!<|: /);
  const safe = (cut < 0 ? reason : reason.slice(0, cut)).trim();
  return safe.replace("duplicated mapping key", "a key is used twice in one mapping");
}

function remedyOf(reason: string): string {
  if (reason.startsWith("duplicated mapping key")) return "remove one of them; readers differ in which one they take";
  if (reason.startsWith("unidentified alias") || reason.includes("tag"))
    return "put the value in quotes if it is a text";
  if (reason.startsWith("aliases exceeded") || reason.startsWith("merge keys exceeded"))
    return "write the manifest without so many aliases";
  return "correct the file; templates have to be rendered first";
}

/** The line each document's content starts at. */
function documentLines(events: readonly Event[], source: string): readonly number[] {
  const lines: number[] = [];
  let line = 1;
  let position = 0;
  events.forEach((event, index) => {
    if (event.type !== EVENT_ID.DOCUMENT) return;
    const offset = offsetOf(events[index + 1]) ?? position;
    line += newlines(source, position, offset);
    position = Math.max(position, offset);
    lines.push(line);
  });
  return lines;
}

/** Where an event's text starts; undefined for an end. */
export function offsetOf(event: Event | undefined): number | undefined {
  switch (event?.type) {
    case EVENT_ID.SEQUENCE:
    case EVENT_ID.MAPPING:
      return event.start;
    case EVENT_ID.SCALAR:
      return event.valueStart;
    case EVENT_ID.ALIAS:
      return event.anchorStart;
    default:
      return undefined;
  }
}

/** How many lines end between two offsets. */
export function newlines(source: string, from: number, to: number): number {
  let count = 0;
  for (let index = source.indexOf("\n", from); index >= 0 && index < to; index = source.indexOf("\n", index + 1))
    count++;
  return count;
}
