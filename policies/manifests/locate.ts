import { EVENT_ID, getScalarValue, parseEvents, type Event } from "js-yaml";
import type { Path } from "../rules/rule";
import { newlines, offsetOf, withoutMark } from "./yaml";

/** Finds fields of the documents of one text. The text is read again at the first question, since most files are asked none. */
export class Locator {
  private parsed:
    { readonly source: string; readonly events: readonly Event[]; readonly starts: readonly number[] } | undefined;

  constructor(private readonly text: string) {}

  /** Line and column, from 1, of a field's key or a list's entry; of the nearest one above it when it is not there itself. */
  locate(document: number, path: Path): { readonly line: number; readonly column: number } | undefined {
    const { source, events, starts } = (this.parsed ??= parse(this.text));
    const start = starts[document];
    if (start === undefined) return undefined;
    const offset = find(events, source, start, path);
    if (offset === undefined) return undefined;
    const line = newlines(source, 0, offset) + 1;
    return { line, column: offset - source.lastIndexOf("\n", offset - 1) };
  }
}

function parse(text: string): NonNullable<Locator["parsed"]> {
  const source = withoutMark(text);
  const events = parseEvents(source, {});
  const starts: number[] = [];
  events.forEach((event, index) => {
    if (event.type === EVENT_ID.DOCUMENT) starts.push(index + 1);
  });
  return { source, events, starts };
}

function find(events: readonly Event[], source: string, start: number, path: Path): number | undefined {
  let index = start;
  let best = offsetOf(events[start]);
  for (const part of path) {
    const next = typeof part === "number" ? item(events, index, part) : field(events, source, index, part);
    if (next === undefined) return best;
    best = offsetOf(events[next.at]) ?? best;
    index = next.value;
  }
  return best;
}

interface Step {
  /** The event that shows where it is, and the event of its value. */
  readonly at: number;
  readonly value: number;
}

function field(events: readonly Event[], source: string, index: number, name: string): Step | undefined {
  if (events[index]?.type !== EVENT_ID.MAPPING) return undefined;
  let key = index + 1;
  while (key < events.length && events[key]?.type !== EVENT_ID.POP) {
    const value = after(events, key);
    const event = events[key];
    if (event?.type === EVENT_ID.SCALAR && getScalarValue(source, event) === name) return { at: key, value };
    key = after(events, value);
  }
  return undefined;
}

function item(events: readonly Event[], index: number, wanted: number): Step | undefined {
  if (events[index]?.type !== EVENT_ID.SEQUENCE) return undefined;
  let current = index + 1;
  for (let at = 0; current < events.length && events[current]?.type !== EVENT_ID.POP; at++) {
    if (at === wanted) return { at: current, value: current };
    current = after(events, current);
  }
  return undefined;
}

/** The event after the node that starts at an event. */
function after(events: readonly Event[], index: number): number {
  let depth = 0;
  for (let current = index; current < events.length; current++) {
    const type = events[current]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++;
    else if (type === EVENT_ID.POP) depth--;
    if (depth <= 0) return current + 1;
  }
  return events.length;
}
