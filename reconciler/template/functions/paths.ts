import { base, clean, dir, ext, isAbs } from "../go/path";
import { hostname, parseUrl, urlText, userText } from "../go/url";
import { anyMap, GoMap, type Value } from "../go/value";
import { FunctionError, type GoFunction } from "./function";

const pathRows = (
  name: string,
  doc: string,
  example: readonly [path: string, result: string],
  convert: (path: string) => Value,
): readonly GoFunction[] =>
  [name, `os${name.charAt(0).toUpperCase()}${name.slice(1)}`].map((each) => ({
    name: each,
    signature: `func(path string) ${name === "isAbs" ? "bool" : "string"}`,
    doc,
    example: [`{{ ${each} "${example[0]}" }}`, example[1]],
    call: ([path]) => convert(path as string),
  }));

export const pathsFunctions: readonly GoFunction[] = [
  ...pathRows("base", "The last part of a path.", ["foo/bar/baz", "baz"], base),
  ...pathRows("dir", "The path without its last part.", ["foo/bar/baz", "foo/bar"], dir),
  ...pathRows("clean", "The shortest path to the same place.", ["foo/bar/../baz", "foo/baz"], clean),
  ...pathRows("ext", "The extension of the last part, with its dot.", ["foo.bar", ".bar"], ext),
  ...pathRows("isAbs", "Whether the path starts at the root.", ["/foo", "true"], isAbs),
  {
    name: "urlParse",
    signature: "func(v string) map[string]interface{}",
    doc: "The parts of a URL: `scheme`, `userinfo`, `host`, `hostname`, `path`, `query`, `opaque` and `fragment`.",
    example: ['{{ (urlParse "https://a.example:8443/p?q#f").host }}', "a.example:8443"],
    call: ([text]) => {
      const url = parseUrl(text as string);
      return anyMap([
        ["scheme", url.scheme],
        ["host", url.host],
        ["hostname", hostname(url)],
        ["path", url.path],
        ["query", url.rawQuery],
        ["opaque", url.opaque],
        ["fragment", url.fragment],
        ["userinfo", url.user === undefined ? "" : userText(url.user)],
      ]);
    },
  },
  {
    name: "urlJoin",
    signature: "func(d map[string]interface{}) string",
    doc: "The URL that has these parts (see `urlParse`), each of them text.",
    example: ['{{ urlJoin (dict "scheme" "https" "host" "a.example" "path" "/p") }}', "https://a.example/p"],
    call: ([dict]) => {
      const part = (name: string): string => {
        const value = (dict as GoMap).entries.get(name);
        if (value === undefined) return "";
        if (typeof value !== "string") throw new FunctionError("is not a string");
        return value;
      };
      const userinfo = part("userinfo");
      return urlText({
        scheme: part("scheme"),
        host: part("host"),
        path: part("path"),
        rawQuery: part("query"),
        opaque: part("opaque"),
        fragment: part("fragment"),
        user: userinfo === "" ? undefined : parseUrl(`proto://${userinfo}@host`).user,
      });
    },
  },
];
