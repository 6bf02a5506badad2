import { record, text } from "../fields";
import type { Place } from "../problems";
import type { TemplateSpec } from "../template";
import { isLiteral, helping, textOperand, type Part } from "./part";

/** The parts of a URL; each is percent-encoded where it stands, except host and port, which are checked. */
export interface UrlParts {
  /** `postgresql`, `amqps`, `mongodb+srv`, ... without `://`. */
  readonly scheme: string;
  readonly username?: Part;
  readonly password?: Part;
  /** A host name or address, or several with commas, each with a port or without: `a:5432,b:5432`. IPv6 in brackets. */
  readonly host: Part;
  readonly port?: Part;
  /** One segment of the path: the database, the virtual host. */
  readonly path?: Part;
  readonly query?: Readonly<Record<string, Part>>;
}

/**
 * A connection URL that stays right whatever is in user name and password (`@`, `/`, `:`, `%`, line ends). A host or port out of Vault that
 * is none fails instead of pointing elsewhere.
 * @example
 * template: connectionUrl("DATABASE_URL", {
 *   scheme: "postgresql", username: "user", password: "password", host: literal("db.example.com"), path: literal("app"),
 * })
 * @throws DeclarationError
 */
export function connectionUrl(name: string, parts: UrlParts): TemplateSpec {
  return helping("connectionUrl", name, (place) => {
    const fields = record(place, parts) ?? {};
    place.onlyFields(fields, ["scheme", "username", "password", "host", "port", "path", "query"]);
    const scheme = text(place.at("scheme"), fields.scheme) ?? "";
    if (scheme !== "" && !/^[A-Za-z][\w+.-]*$/.test(scheme))
      place.at("scheme").report('is not a scheme like "postgresql"');
    if (fields.password !== undefined && fields.username === undefined && !/^rediss?$/.test(scheme))
      place.at("username").report("is missing; there is a password");
    const query = fields.query === undefined ? {} : (record(place.at("query"), fields.query) ?? {});
    const parameters = Object.keys(query)
      .sort()
      .map((key) => `${encodeURIComponent(key)}=${encoded(place.at("query").at(key), query[key])}`);
    const user = fields.username === undefined ? "" : encoded(place.at("username"), fields.username);
    const password = fields.password === undefined ? "" : `:${encoded(place.at("password"), fields.password)}`;
    return {
      data: {
        [name]: [
          `${scheme}://`,
          user + password === "" ? "" : `${user}${password}@`,
          checked(place.at("host"), fields.host, HOST, "host"),
          fields.port === undefined ? "" : `:${checked(place.at("port"), fields.port, "^[0-9]{1,5}$", "port")}`,
          fields.path === undefined ? "" : `/${encoded(place.at("path"), fields.path)}`,
          parameters.length === 0 ? "" : `${fields.path === undefined ? "/" : ""}?${parameters.join("&")}`,
        ].join(""),
      },
    };
  });
}

const ONE_HOST = "([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?";
const HOST = `^${ONE_HOST}(,${ONE_HOST})*$`;

/** `urlquery` leaves nothing but letters, digits and `-_.~`, and `+` for a space, which only queries read as one. */
function encoded(place: Place, part: unknown): string {
  return `{{ ${textOperand(place, part)} | urlquery | replace "+" "%20" }}`;
}

function checked(place: Place, part: unknown, pattern: string, what: string): string {
  const operand = textOperand(place, part);
  if (isLiteral(part)) {
    if (!new RegExp(pattern).test(String(part.value))) place.report(`is not a ${what}`);
    return String(part.value);
  }
  return `{{ if regexMatch \`${pattern}\` ${operand} }}{{ ${operand} }}{{ else }}{{ fail "the ${what} is none" }}{{ end }}`;
}
