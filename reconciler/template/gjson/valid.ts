const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

const OBJECT = 1;
const ARRAY = 0;

/** `Valid`: whether a byte string is JSON. Like gjson, it does not ask for UTF-8. Any depth, without recursion. */
export function isValidJson(json: string): boolean {
  /** The kinds of the open brackets. */
  const open: number[] = [];
  let at = 0;
  for (;;) {
    at = skipSpace(json, at);
    switch (json.charCodeAt(at)) {
      case 0x7b: {
        // {
        at = skipSpace(json, at + 1);
        if (json.charCodeAt(at) === 0x7d) {
          at++;
          break;
        }
        open.push(OBJECT);
        at = keyEnd(json, at);
        if (at < 0) return false;
        continue;
      }
      case 0x5b: // [
        at = skipSpace(json, at + 1);
        if (json.charCodeAt(at) === 0x5d) {
          at++;
          break;
        }
        open.push(ARRAY);
        continue;
      case 0x22: // "
        at = stringEnd(json, at + 1);
        break;
      default:
        at = patternEnd(NUMBER, json, at) ?? patternEnd(WORD, json, at) ?? -1;
    }
    if (at < 0) return false;
    // A value is complete, and with it whatever it closes.
    for (;;) {
      at = skipSpace(json, at);
      const kind = open[open.length - 1];
      if (kind === undefined) return at === json.length;
      const code = json.charCodeAt(at++);
      if (code === 0x2c) break;
      if (code !== (kind === OBJECT ? 0x7d : 0x5d)) return false;
      open.pop();
    }
    if (open[open.length - 1] === OBJECT) at = keyEnd(json, skipSpace(json, at));
    if (at < 0) return false;
  }
}

function skipSpace(json: string, from: number): number {
  let at = from;
  for (; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
  }
  return at;
}

/** Offset behind a key and its colon, -1 if there is none. */
function keyEnd(json: string, at: number): number {
  if (json.charCodeAt(at) !== 0x22) return -1;
  const end = stringEnd(json, at + 1);
  if (end < 0) return -1;
  const colon = skipSpace(json, end);
  return json.charCodeAt(colon) === 0x3a ? colon + 1 : -1;
}

/** Offset behind the closing quote; -1 for an invalid escape, a control character or no end. */
function stringEnd(json: string, from: number): number {
  for (let at = from; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return -1;
    if (code !== 0x5c) continue;
    const end = patternEnd(ESCAPE, json, at);
    if (end === undefined) return -1;
    at = end - 1;
  }
  return -1;
}

/** Offset behind what a sticky pattern matches at `at`. */
function patternEnd(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
