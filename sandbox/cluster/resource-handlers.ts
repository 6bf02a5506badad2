import type { Fields } from "../json";
import { requestToken } from "./access";
import { asJson, parseJson, readDryRun, readFieldValidation, reply, type Call, type Target } from "./call";
import { parseObject } from "./decode";
import { deleteObject, readDeleteOptions, RETURNS_OBJECT } from "./deletion";
import type { Body } from "./kinds";
import { list, select } from "./list";
import type { Objects, WriteContext } from "./objects";
import { patchObject } from "./patches";
import { encodeList, encodeObject, negotiate } from "./represent";
import type { ResourceRoute } from "./route";
import { readScale, scaleOf } from "./scale";
import { methodNotAllowed } from "./status";
import type { TokenIssuer } from "./tokens";
import { flag, serveWatch } from "./watch";

export interface ResourceParts {
  readonly objects: Objects;
  readonly issuer: TokenIssuer;
  readonly bookmarkMs: number;
}

/** Answers requests for resources, after they were allowed. Refusals are thrown as ApiError. */
export class ResourceHandlers {
  constructor(private readonly parts: ResourceParts) {}

  serve(call: Call, verb: string, target: Target): void {
    const { kind, route } = target;
    const { objects } = this.parts;
    if (route.subresource === "token") return this.token(call, route);
    if (route.subresource === "scale") return this.scale(call, target);
    switch (verb) {
      case "list":
      case "deletecollection":
        return this.list(call, verb, target);
      case "watch":
        return this.watch(call, target);
      case "get": {
        const as = negotiate(call.request.headers.accept, false);
        const body = objects.get(kind, route.namespace, route.name ?? "");
        return reply(call, 200, encodeObject(kind, route.version, body, as));
      }
      case "delete":
        return this.delete(call, target);
      default:
        return this.write(call, verb, target);
    }
  }

  private list(call: Call, verb: string, { kind, route }: Target): void {
    const { objects } = this.parts;
    const as = negotiate(call.request.headers.accept, true);
    const page = list(objects.storage, select(kind, route.namespace, call.query), call.query);
    if (verb === "deletecollection") {
      const options = readDeleteOptions(call.query, call.text === "" ? undefined : parseJson(call.text));
      const context = this.context(call, { kind, route });
      for (const { metadata } of page.items)
        deleteObject(
          objects,
          { ...context, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) },
          metadata.name,
          options,
        );
    }
    reply(call, 200, encodeList(kind, route.version, page.items, page.metadata, as));
  }

  private watch(call: Call, { kind, route }: Target): void {
    const as = negotiate(call.request.headers.accept, false);
    const selection = select(kind, route.namespace, call.query, route.name);
    const { objects, bookmarkMs } = this.parts;
    serveWatch(
      objects.storage,
      { selection, version: route.version, query: call.query, as },
      call.response,
      bookmarkMs,
    );
  }

  private write(call: Call, verb: string, target: Target): void {
    const { kind, route } = target;
    const { objects } = this.parts;
    const as = negotiate(call.request.headers.accept, false);
    const context = this.context(call, target);
    const validation = readFieldValidation(call.query);
    const done = (body: Body, created: boolean, unknown: readonly string[]): void =>
      reply(
        call,
        created ? 201 : 200,
        encodeObject(kind, route.version, body, as),
        validation === "Warn" ? unknown : [],
      );
    if (verb === "patch") {
      const { body, created, unknown } = patchObject(objects, context, route.name ?? "", {
        contentType: call.request.headers["content-type"] ?? "",
        text: call.text,
        force: call.query.has("force") ? flag(call.query, "force") : undefined,
        fieldManagerGiven: (call.query.get("fieldManager") ?? "") !== "",
        validation,
      });
      return done(body, created, unknown);
    }
    const text = asJson(call.text, call.request.headers["content-type"] ?? "");
    const { body, unknown } = objects.decode(context, parseObject(text, kind), validation);
    if (verb === "create") return done(objects.create(context, body), true, unknown);
    const name = route.name ?? "";
    const missing = objects.storage.get(kind, route.namespace, name) === undefined;
    if (missing && kind.id === "leases.coordination.k8s.io" && body.metadata.name === name)
      return done(objects.create(context, body), true, unknown);
    return done(
      objects.update(context, name, () => body, { replace: true }),
      false,
      unknown,
    );
  }

  private delete(call: Call, target: Target): void {
    const { kind, route } = target;
    const options = readDeleteOptions(call.query, call.text === "" ? undefined : parseJson(call.text));
    const context = this.context(call, target);
    const { body, gone } = deleteObject(this.parts.objects, context, route.name ?? "", options);
    if (!gone || RETURNS_OBJECT.has(kind.id)) return reply(call, 200, encodeObject(kind, route.version, body, "full"));
    const { name, uid } = body.metadata;
    const details = { name, ...(kind.group === "" ? {} : { group: kind.group }), kind: kind.plural, uid };
    reply(call, 200, JSON.stringify({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details }));
  }

  private token(call: Call, route: ResourceRoute): void {
    if (call.method !== "POST") throw methodNotAllowed();
    const { objects, issuer } = this.parts;
    const request = parseJson(call.text);
    reply(call, 201, JSON.stringify(requestToken(objects, issuer, route.namespace ?? "", route.name ?? "", request)));
  }

  private scale(call: Call, target: Target): void {
    const { objects } = this.parts;
    const { kind, route } = target;
    const name = route.name ?? "";
    const replicas = call.method === "GET" ? undefined : readScale(parseJson(call.text));
    const body =
      replicas === undefined
        ? objects.get(kind, route.namespace, name)
        : objects.update(this.context(call, target), name, (current) => ({
            ...current,
            metadata: { ...current.metadata },
            spec: { ...(current.spec as Fields), replicas },
          }));
    reply(call, 200, JSON.stringify(scaleOf(body)));
  }

  private context(call: Call, { kind, route }: Target): WriteContext {
    const agent = call.request.headers["user-agent"]?.split("/")[0] ?? "";
    return {
      kind,
      version: route.version,
      ...(route.namespace === undefined ? {} : { namespace: route.namespace }),
      subresource: route.subresource === "status" ? "status" : "",
      manager: (call.query.get("fieldManager") ?? "") || agent || "unknown",
      dryRun: readDryRun(call.query),
    };
  }
}
