import { isRecord } from "../../../api";
import { isOutput, record } from "../fields";
import { goString } from "../go-template";
import type { Place } from "../problems";
import type { TemplateSpec } from "../template";
import { helping, isLiteral, jsonOperand, type Literal } from "./part";

/** The name of a fetched key (whose value is a text), {@link literal} for anything else, or a list or object of these. */
export type JsonPart = string | Literal | readonly JsonPart[] | { readonly [name: string]: JsonPart };

const DEEPEST = 50;

/**
 * A JSON object, for example a configuration file. Fetched values are always texts in it; a value that is no UTF-8 gets U+FFFD, as
 * everywhere in JSON.
 * @example
 * template: jsonObject("config.json", { db: { user: "user", password: "password", port: literal(5432) } })
 * @throws DeclarationError
 */
export function jsonObject(name: string, object: { readonly [name: string]: JsonPart }): TemplateSpec {
  return helping("jsonObject", name, (place) => {
    record(place, object);
    return { data: { [name]: `{{ ${expression(place, object, 0)} | toJson }}` } };
  });
}

function expression(place: Place, part: unknown, depth: number): string {
  if (depth > DEEPEST) {
    place.report(`is nested deeper than ${DEEPEST}`);
    return '""';
  }
  if (isLiteral(part) || isOutput(part)) return jsonOperand(place, part);
  if (Array.isArray(part))
    return `(list${part.map((entry, index) => ` ${expression(place.at(index), entry, depth + 1)}`).join("")})`;
  if (!isRecord(part)) return jsonOperand(place, part);
  const entries = Object.keys(part).sort();
  return `(dict${entries.map((key) => ` ${goString(key)} ${expression(place.at(key), part[key], depth + 1)}`).join("")})`;
}
