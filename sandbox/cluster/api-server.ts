import type { IncomingMessage, ServerResponse } from "node:http";
import { answer } from "../https-server";
import type { RequestCounter } from "../request-counter";
import { reviewAccess, reviewToken } from "./access";
import { parseJson, verbOf, type Call } from "./call";
import { builtInKinds } from "./builtins/table";
import { discover, VERSION } from "./discovery";
import { ANONYMOUS, type Authenticator, type User } from "./identity";
import type { Rbac } from "./rbac";
import type { Registry } from "./registry";
import { ResourceHandlers, type ResourceParts } from "./resource-handlers";
import { parseRoute, type ResourceRoute } from "./route";
import { ApiError, forbidden, methodNotAllowed, unauthorized } from "./status";

export interface ApiServerParts extends ResourceParts {
  readonly registry: Registry;
  readonly authenticator: Authenticator;
  readonly rbac: Rbac;
  readonly enforceRbac: boolean;
  readonly requests: RequestCounter;
}

const OPEN_PATHS = new Set(["/readyz", "/livez", "/healthz", "/version"]);

/** The HTTP face of the cluster. Every refusal is a `Status` body. */
export class ApiServer {
  private readonly resources: ResourceHandlers;

  constructor(private readonly parts: ApiServerParts) {
    this.resources = new ResourceHandlers(parts);
  }

  handle(request: IncomingMessage, response: ServerResponse, text: string): void {
    try {
      const url = request.url ?? "/";
      const mark = url.indexOf("?");
      const path = mark < 0 ? url : url.slice(0, mark);
      const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
      const user = this.authenticate(request);
      this.dispatch({ request, response, method: request.method ?? "GET", path, query, text, user });
    } catch (error) {
      this.refuse(error, response);
    }
  }

  refuse(error: unknown, response: ServerResponse): void {
    const known =
      error instanceof ApiError
        ? error
        : new ApiError(
            500,
            "InternalError",
            `Internal error occurred: ${error instanceof Error ? error.message : "unknown"}`,
          );
    if (response.headersSent) return void response.destroy();
    answer(response, known.code, JSON.stringify(known.body()));
  }

  private authenticate(request: IncomingMessage): User {
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) return ANONYMOUS;
    const found = this.parts.authenticator.user(token.trim());
    if (found === undefined) throw unauthorized();
    return found.user;
  }

  private dispatch(call: Call): void {
    const route = parseRoute(call.path);
    if (route === undefined) return this.outsideResources(call);
    const review = route.group.startsWith("auth") && call.method === "POST" ? this.review(call, route) : undefined;
    if (review !== undefined) return answer(call.response, 201, JSON.stringify(review));
    const kind = this.parts.registry.find(route.group, route.version, route.plural);
    const verb = verbOf(call, route);
    const resource = route.subresource === undefined ? route.plural : `${route.plural}/${route.subresource}`;
    this.parts.requests.count(verb, resource);
    this.authorize(call, verb, route, resource);
    if (kind === undefined) {
      if (builtInKinds.some(({ group, versions }) => group === route.group && versions.includes(route.version)))
        throw unknownResource();
      return notServed(call.response);
    }
    if (route.subresource !== undefined && !kind.subresources.includes(route.subresource)) throw unknownResource();
    const misplaced = kind.namespaced ? route.namespace === undefined : route.namespace !== undefined;
    if (misplaced && !(kind.namespaced && (verb === "list" || verb === "watch") && route.name === undefined)) {
      if (kind.custom) return notServed(call.response);
      throw call.method === "GET" ? unknownResource() : methodNotAllowed();
    }
    this.resources.serve(call, verb, { route, kind });
  }

  private authorize(call: Call, verb: string, route: ResourceRoute, resource: string): void {
    if (!this.parts.enforceRbac && call.user !== ANONYMOUS) return;
    const { group, namespace, name } = route;
    const own = group === "" && route.plural === "namespaces" && name !== undefined; // a namespace is in itself
    if (this.parts.rbac.allows(call.user, { verb, group, resource, namespace: own ? name : namespace, name })) return;
    const scope = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
    throw forbidden(
      { group, kind: route.plural, name: name ?? "" },
      `User "${call.user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`,
    );
  }

  private outsideResources(call: Call): void {
    const { path, response } = call;
    this.parts.requests.count("get", path);
    if (!OPEN_PATHS.has(path) && call.user === ANONYMOUS)
      throw new ApiError(403, "Forbidden", `forbidden: User "system:anonymous" cannot get path "${path}"`, {});
    if (path === "/version") return answer(response, 200, JSON.stringify(VERSION));
    if (OPEN_PATHS.has(path)) return answer(response, 200, "ok", { "Content-Type": "text/plain; charset=utf-8" });
    if (path === "/openid/v1/jwks")
      return answer(response, 200, JSON.stringify(this.parts.issuer.keys()), {
        "Content-Type": "application/jwk-set+json",
      });
    const document = discover(this.parts.registry, path);
    if (document !== undefined) return answer(response, 200, JSON.stringify(document));
    return path.startsWith("/api") ? notServed(response) : this.refuse(unknownResource(), response);
  }

  private review(call: Call, route: ResourceRoute): object | undefined {
    const { authenticator, rbac, requests } = this.parts;
    const kinds: Readonly<Record<string, string>> = {
      tokenreviews: "TokenReview",
      selfsubjectaccessreviews: "SelfSubjectAccessReview",
      subjectaccessreviews: "SubjectAccessReview",
    };
    const kind = kinds[route.plural];
    if (kind === undefined || route.name !== undefined) return undefined;
    requests.count("create", route.plural);
    if (kind !== "SelfSubjectAccessReview") this.authorize(call, "create", route, route.plural);
    const body = parseJson(call.text);
    return kind === "TokenReview" ? reviewToken(authenticator, body) : reviewAccess(rbac, kind, call.user, body);
  }
}

const unknownResource = (): ApiError =>
  new ApiError(404, "NotFound", "the server could not find the requested resource", {});

function notServed(response: ServerResponse): void {
  answer(response, 404, "404 page not found\n", { "Content-Type": "text/plain; charset=utf-8" });
}
