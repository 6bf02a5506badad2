import { texts } from "./fields";
import type { Place } from "./problems";
import { quote } from "./secret-like";

const PREFIX = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const PART = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** Labels of a Kubernetes object, sorted by name; what the API server would refuse is refused here. */
export function labels(place: Place, value: unknown): Readonly<Record<string, string>> {
  const given = texts(place, value);
  for (const [name, text] of Object.entries(given)) {
    if (!isQualified(name)) place.at(name).report('is not the name of a label like "team" or "example.com/team"');
    if (text !== "" && !PART.test(text))
      place.at(name).report(`${quote(text)} is not the value of a label: at most 63 letters, digits, "-", "_" and "."`);
  }
  return given;
}

function isQualified(name: string): boolean {
  const [first = "", second, ...more] = name.split("/");
  if (more.length > 0) return false;
  return second === undefined ? PART.test(first) : PREFIX.test(first) && PART.test(second);
}
