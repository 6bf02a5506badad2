import { get } from "./get";
import { Path } from "./path";
import type { Result } from "./result";
import { Work } from "./work";

export type { Result, ResultType } from "./result";

/**
 * `gjson.Get` of github.com/tidwall/gjson v1.18.0 on byte strings (see go/bytes): the whole path syntax, and the same answers for
 * documents that are not valid JSON. Every path means something; what leads nowhere gives a result that does not exist.
 *
 * @throws LimitError for a query nested deeper than 500, or that looks at or builds much more than its document ("steps")
 */
export function query(json: string, path: string): Result {
  const work = new Work(json.length);
  return get(json, new Path(path, work), work);
}
