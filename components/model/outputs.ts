import { isOutput, outputRefused } from "./fields";
import { collecting, Place } from "./problems";

/** What these fields hold was made, and looked through, by another declaration. */
const MADE_ELSEWHERE = new Set(["environment", "team", "teams", "store"]);
/** Deeper than any declaration; an object that contains itself is refused by the reader of its field. */
const DEEPEST = 16;

/**
 * Reports every Output in a declaration, at whatever depth and in whatever field; true when there is one. Nothing else is then worth reporting:
 * an Output would be a wrong value of every field.
 */
export function outputsIn(place: Place, declaration: { readonly id?: unknown; readonly spec: unknown }): boolean {
  const inId = reportOutputs(place.at("id"), declaration.id, true);
  return reportOutputs(place, declaration.spec, false) || inId;
}

/**
 * As {@link outputsIn}, for what is read while it is declared.
 * @throws DeclarationError
 */
export function refuseOutputs(kind: string, id: unknown, spec: unknown): void {
  collecting((problems) => outputsIn(Place.of(problems, kind, id), { spec }));
}

function reportOutputs(place: Place, value: unknown, shallow: boolean, depth = 0): boolean {
  if (isOutput(value)) {
    outputRefused(place);
    return true;
  }
  if (depth > DEEPEST) return false;
  if (Array.isArray(value)) {
    // Not `some`: every one is reported.
    return (
      value.filter((entry: unknown, index) => reportOutputs(place.at(index), entry, shallow, depth + 1)).length > 0
    );
  }
  if (shallow || !isPlain(value)) return false;
  return (
    Object.entries(value).filter(([name, entry]) =>
      reportOutputs(place.at(name), entry, MADE_ELSEWHERE.has(name), depth + 1),
    ).length > 0
  );
}

/** Neither a construct nor a component: those refer to the whole program. */
function isPlain(value: unknown): value is object {
  if (value === null || typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
