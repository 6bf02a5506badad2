/** Package `strconv`, on byte strings. */
export { formatFloat, type FloatFormat } from "./format";
export { atoi, formatInt, parseBool, parseInt, parseUint, type Parsed } from "./integer";
export { parseFloat } from "./parse";
export { canBackquote, quote, quoteRune, quoteRuneToAscii, quoteToAscii } from "./quote";
export { unquote } from "./unquote";
