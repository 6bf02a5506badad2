import { FunctionError } from "../functions/function";
import { parseUrl, urlText, type Url } from "../go/url";

const PATH_AS_WRITTEN = /^[A-Za-z0-9\-._~!$&'()*+,;=:@[\]%/]*$/;
const FRAGMENT_AS_WRITTEN = /^[A-Za-z0-9\-._~!$&'()*+,;=:@[\]%/?]*$/;
const NOTHING: Url = {
  scheme: "",
  opaque: "",
  user: undefined,
  host: "",
  path: "",
  rawQuery: "",
  fragment: "",
};

/**
 * `url.Parse` and `URL.String` after it: path and fragment as they were written where that is a valid form, a lone `?` kept, and
 * `scheme:/path` without the two slashes of a host. Undefined where Go refuses.
 */
export function normalUri(text: string): { readonly host: string; readonly text: string } | undefined {
  let url: Url;
  try {
    url = parseUrl(text);
  } catch (error) {
    if (error instanceof FunctionError) return undefined;
    throw error;
  }
  const [whole, fragment] = cut(text, "#");
  const rest = url.scheme === "" ? whole : whole.slice(url.scheme.length + 1);
  const [hierarchy, query] = cut(rest, "?");
  const loneMark = rest.endsWith("?") && query === "";
  let out = urlText({ ...NOTHING, scheme: url.scheme, user: url.user, host: url.host });
  if (url.opaque !== "") {
    out += url.opaque;
  } else {
    const hasAuthority = url.host !== "" || url.user !== undefined;
    const path = hierarchy.slice(hierarchy.length - pathLength(url, hierarchy));
    if (!hasAuthority && url.scheme !== "" && path !== "" && hierarchy.startsWith("//")) out += "//";
    out += PATH_AS_WRITTEN.test(path) ? path : urlText({ ...NOTHING, path: `/${url.path}` }).slice(1);
  }
  if (query !== "" || loneMark) out += `?${query}`;
  if (fragment !== "") {
    out += FRAGMENT_AS_WRITTEN.test(fragment) ? `#${fragment}` : urlText({ ...NOTHING, fragment: url.fragment });
  }
  return { host: url.host, text: out };
}

/** Of what follows the authority. */
function pathLength(url: Url, hierarchy: string): number {
  const hasAuthority = hierarchy.startsWith("//") && (url.scheme !== "" || !hierarchy.startsWith("///"));
  if (!hasAuthority) return hierarchy.length;
  const slash = hierarchy.indexOf("/", 2);
  return slash < 0 ? 0 : hierarchy.length - slash;
}

function cut(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
