import type { IncomingMessage, ServerResponse } from "node:http";
import { load } from "js-yaml";
import { answer } from "../https-server";
import { isFields, type Fields } from "../json";
import { jsonProblem, type FieldValidation } from "./decode";
import type { User } from "./identity";
import type { Kind } from "./kinds";
import type { ResourceRoute } from "./route";
import { badRequest, cause, invalid, methodNotAllowed, unsupportedMediaType } from "./status";
import { flag } from "./watch";

/** One request whose user is known. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly text: string;
  readonly user: User;
}

/** What a request is about. */
export interface Target {
  readonly route: ResourceRoute;
  readonly kind: Kind;
}

/** @throws ApiError 405 */
export function verbOf(call: Call, route: ResourceRoute): string {
  const named = route.name !== undefined;
  switch (call.method) {
    case "GET":
      return flag(call.query, "watch") ? "watch" : named ? "get" : "list";
    case "POST":
      if (named && route.subresource === undefined) throw methodNotAllowed();
      return "create";
    case "PUT":
      if (!named) throw methodNotAllowed();
      return "update";
    case "PATCH":
      if (!named) throw methodNotAllowed();
      return "patch";
    case "DELETE":
      return named ? "delete" : "deletecollection";
    default:
      throw methodNotAllowed();
  }
}

/** @param warnings paths of unknown fields, told in a Warning header */
export function reply(call: Call, code: number, text: string, warnings: readonly string[] = []): void {
  const warning = warnings.map((path) => `299 - "unknown field \\"${path}\\""`).join(", ");
  answer(call.response, code, text, warning === "" ? {} : { Warning: warning });
}

/**
 * Objects come as JSON or YAML; the protobuf of kubectl's typed commands is not read (`kubectl create -f` sends JSON).
 * @throws ApiError 400, 415
 */
export function asJson(text: string, contentType: string): string {
  const type = contentType.split(";")[0]?.trim() ?? "";
  if (type === "" || type === "application/json") return text;
  if (type !== "application/yaml") throw unsupportedMediaType(["application/json", "application/yaml"]);
  try {
    return JSON.stringify(load(text));
  } catch {
    throw badRequest("error converting YAML to JSON: yaml: the document cannot be read");
  }
}

/** An object of a request that is no stored kind (options, reviews, scales). @throws ApiError 400 */
export function parseJson(text: string): Fields {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest(`couldn't get version/kind; json parse error: ${jsonProblem(text)}`);
  }
  if (!isFields(value)) throw badRequest("the request's body is not an object");
  return value;
}

const OPTIONS = { group: "meta.k8s.io", kind: "CreateOptions", name: "" } as const;

/** @throws ApiError 422 */
export function readFieldValidation(query: URLSearchParams): FieldValidation {
  const value = query.get("fieldValidation") ?? "";
  if (value === "" || value === "Warn") return "Warn";
  if (value === "Ignore" || value === "Strict") return value;
  throw invalid(OPTIONS, [cause.unsupported("fieldValidation", value, ["", "Ignore", "Strict", "Warn"])]);
}

/** @throws ApiError 422 */
export function readDryRun(query: URLSearchParams): boolean {
  const values = query.getAll("dryRun");
  if (values.some((value) => value !== "All")) throw invalid(OPTIONS, [cause.unsupported("dryRun", values, ["All"])]);
  return values.length > 0;
}
