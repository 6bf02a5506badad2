import { FunctionError } from "../functions/function";
import { isIpv6 } from "./netip";
import { lower } from "./strings";

/** Package `net/url`, on byte strings: what is parsed is held unescaped, what is written is escaped part by part. */
export interface Url {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: Userinfo | undefined;
  readonly host: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly fragment: string;
}

export interface Userinfo {
  readonly username: string;
  /** Undefined if there was no colon. */
  readonly password: string | undefined;
}

type Part = "path" | "host" | "zone" | "user" | "fragment";

const ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const HOST = `!$&'()*+,;=:[]<>"`;
/** What needs no escape, by part. */
const PLAIN: Readonly<Record<Part, ReadonlySet<string>>> = {
  path: new Set(`${ALPHANUMERIC}-_.~$&+,/:;=@`),
  host: new Set(`${ALPHANUMERIC}-_.~${HOST}`),
  zone: new Set(`${ALPHANUMERIC}-_.~${HOST}`),
  user: new Set(`${ALPHANUMERIC}-_.~$&+,;=`),
  fragment: new Set(`${ALPHANUMERIC}-_.~$&+,/:;=?@!()*`),
};

const ESCAPE = /%([0-9A-Fa-f]{2})/g;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const CONTROL = /[\x00-\x1f\x7f]/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/;
const PORT = /^(?::[0-9]*)?$/;
const USERINFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;

const invalid = (): FunctionError => new FunctionError("invalid URL");

function unescape(text: string, part: Part): string {
  if (BROKEN_ESCAPE.test(text)) throw invalid();
  if (part === "host" || part === "zone") checkHost(text, part);
  if (!text.includes("%")) return text;
  return text.replace(ESCAPE, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

/** Hosts escape only bytes that are not ASCII; zones only what a host may hold, and spaces. */
function checkHost(text: string, part: "host" | "zone"): void {
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char !== "%") {
      if (char < "\x80" && !PLAIN[part].has(char)) throw invalid();
      continue;
    }
    const escape = text.slice(at, at + 3);
    at += 2;
    if (escape === "%25") continue;
    const code = parseInt(escape.slice(1), 16);
    if (part === "host" ? code < 0x80 : code !== 0x20 && !PLAIN.host.has(String.fromCharCode(code))) throw invalid();
  }
}

function escape(text: string, part: Part): string {
  const plain = PLAIN[part];
  let out = "";
  for (const char of text)
    out += plain.has(char) ? char : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  return out;
}

const cut = (text: string, at: number): [string, string] =>
  at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];

/** `url.Parse`. Throws `FunctionError` for what it refuses. */
export function parseUrl(text: string): Url {
  const [whole, rawFragment] = cut(text, text.indexOf("#"));
  const url = parseWithoutFragment(whole);
  return rawFragment === "" ? url : { ...url, fragment: unescape(rawFragment, "fragment") };
}

function parseWithoutFragment(text: string): Url {
  const empty: Url = { scheme: "", opaque: "", user: undefined, host: "", path: "", rawQuery: "", fragment: "" };
  if (CONTROL.test(text)) throw invalid();
  if (text === "*") return { ...empty, path: "*" };
  if (text.startsWith(":")) throw invalid();
  const written = SCHEME.exec(text)?.[0] ?? "";
  const scheme = lower(written);
  const afterScheme = written === "" ? text : text.slice(written.length + 1);
  const [beforeQuery, rawQuery] = cut(afterScheme, afterScheme.indexOf("?"));
  const url: Url = { ...empty, scheme, rawQuery };
  let path = beforeQuery;
  if (!path.startsWith("/")) {
    if (scheme !== "") return { ...url, opaque: path };
    if (cut(path, path.indexOf("/"))[0].includes(":")) throw invalid();
  }
  let authority: Pick<Url, "user" | "host"> = url;
  if (path.startsWith("//") && (scheme !== "" || !path.startsWith("///"))) {
    const slash = path.indexOf("/", 2);
    authority = parseAuthority(scheme, slash < 0 ? path.slice(2) : path.slice(2, slash));
    path = slash < 0 ? "" : path.slice(slash);
  }
  return { ...url, user: authority.user, host: authority.host, path: unescape(path, "path") };
}

function parseAuthority(scheme: string, authority: string): Pick<Url, "user" | "host"> {
  const sign = authority.lastIndexOf("@");
  const host = parseHost(scheme, authority.slice(sign + 1));
  if (sign < 0) return { user: undefined, host };
  const userinfo = authority.slice(0, sign);
  if (!USERINFO.test(userinfo)) throw invalid();
  const colon = userinfo.indexOf(":");
  const [username, password] = cut(userinfo, colon);
  const user = {
    username: unescape(username, "user"),
    password: colon < 0 ? undefined : unescape(password, "user"),
  };
  return { user, host };
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf("[");
  if (open > 0) throw invalid();
  if (open === 0) {
    const close = host.lastIndexOf("]");
    if (close < 0 || !PORT.test(host.slice(close + 1))) throw invalid();
    const name = host.slice(1, close);
    const zone = name.indexOf("%25");
    const address =
      zone < 0 ? unescape(name, "host") : unescape(name.slice(0, zone), "host") + unescape(name.slice(zone), "zone");
    if (!isIpv6(address)) throw invalid();
    return `[${address}]${host.slice(close + 1)}`;
  }
  // A list of hosts with ports is let through but for the two schemes that cannot have one.
  const strict = scheme === "http" || scheme === "https";
  const colon = strict ? host.indexOf(":") : host.lastIndexOf(":");
  if (colon >= 0 && !PORT.test(host.slice(colon))) throw invalid();
  return unescape(host, "host");
}

/** `URL.Hostname`. */
export function hostname({ host }: Url): string {
  const colon = host.lastIndexOf(":");
  const name = colon >= 0 && PORT.test(host.slice(colon)) ? host.slice(0, colon) : host;
  return name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name;
}

/** `Userinfo.String`. */
export const userText = ({ username, password }: Userinfo): string =>
  escape(username, "user") + (password === undefined ? "" : `:${escape(password, "user")}`);

/** `URL.String` of a URL put together from its parts. */
export function urlText(url: Url): string {
  let out = url.scheme === "" ? "" : `${url.scheme}:`;
  if (url.opaque !== "") out += url.opaque;
  else {
    const hasAuthority = url.host !== "" || url.user !== undefined;
    if (hasAuthority || (url.scheme !== "" && url.path !== "")) out += "//";
    if (url.user !== undefined) out += `${userText(url.user)}@`;
    out += escape(url.host, "host");
    const path = url.path === "*" ? "*" : escape(url.path, "path");
    if (path !== "" && !path.startsWith("/") && url.host !== "") out += "/";
    // The first segment would be read as a scheme.
    if (out === "" && cut(path, path.indexOf("/"))[0].includes(":")) out += "./";
    out += path;
  }
  if (url.rawQuery !== "") out += `?${url.rawQuery}`;
  if (url.fragment !== "") out += `#${escape(url.fragment, "fragment")}`;
  return out;
}
