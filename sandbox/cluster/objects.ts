import { equal } from "../json";
import { applyDefaults, validate as validateSchema } from "./schema";
import { decodeObject, type FieldValidation } from "./decode";
import type { FieldPath } from "./field-set";
import type { Body, Kind, Meta } from "./kinds";
import { sameObject, trackUpdate, type Writer } from "./managed-fields";
import { completeMetadata, suffix, validateMetadata, validateMetadataUpdate } from "./metadata";
import { apiVersionOf } from "./kinds";
import { alreadyExists, badRequest, conflict, forbidden, invalid, modified, notFound, type Subject } from "./status";
import type { Storage } from "./storage";
import { builtIn } from "./builtins/table";

/** Where and how something is written. */
export interface WriteContext {
  readonly kind: Kind;
  readonly version: string;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
  /** Empty or `status`. */
  readonly subresource: "" | "status";
  readonly manager: string;
  readonly dryRun: boolean;
}

export interface UpdateOptions {
  /** The change has set managedFields itself (server-side apply). */
  readonly tracked?: boolean;
  /** A whole object was sent: custom kinds then need its resourceVersion. */
  readonly replace?: boolean;
}

export const DEFAULT_WRITE = { subresource: "", dryRun: false } as const;

/** The one way objects are written: what every create, update and patch goes through, over HTTP or from a controller. */
export class Objects {
  private readonly namespaces = builtIn("Namespace");

  constructor(
    readonly storage: Storage,
    readonly now: () => Date = () => new Date(),
  ) {}

  /** RFC 3339 with whole seconds, as objects carry times. */
  timestamp(): string {
    return `${this.now().toISOString().slice(0, 19)}Z`;
  }

  /** @throws ApiError 404 */
  get(kind: Kind, namespace: string | undefined, name: string): Body {
    const body = this.storage.get(kind, namespace, name);
    if (body === undefined) throw notFound({ group: kind.group, kind: kind.plural, name });
    return body;
  }

  /**
   * Stores a new object. Changes its argument.
   * @throws ApiError 400, 403 (namespace going away), 404 (no namespace), 409, 422
   */
  create(context: WriteContext, body: Body, options: UpdateOptions = {}): Body {
    const { kind, namespace } = context;
    const metadata = body.metadata;
    if (metadata.resourceVersion !== undefined && options.tracked !== true)
      throw badRequest("resourceVersion should not be set on objects to be created");
    checkNamespace(metadata, namespace);
    completeMetadata(metadata, kind, namespace, this.timestamp());
    if (namespace !== undefined) this.checkNamespaceAlive(kind, namespace, metadata.name);
    if (kind.custom && kind.subresources.includes("status")) delete body.status;
    this.complete(context, body, undefined);
    const causes = [...validateMetadata(body, kind), ...this.problems(context, body, undefined)];
    if (causes.length > 0) throw invalid(this.named(kind, metadata.name ?? ""), causes);
    if (options.tracked !== true) trackUpdate(undefined, body, kind, this.writer(context), notSettable(context));
    if (this.storage.get(kind, namespace, metadata.name) !== undefined) {
      if (metadata.generateName === undefined)
        throw alreadyExists({ group: kind.group, kind: kind.plural, name: metadata.name });
      metadata.name = metadata.generateName.slice(0, 58) + suffix(8);
    }
    if (context.dryRun) return body;
    return this.storage.put(kind, body);
  }

  /**
   * Changes an object. `change` gets a private copy and returns the wanted state; what the server decides is kept from the
   * current object. Nothing is written when nothing changes.
   * @throws ApiError 400, 404, 409, 422
   */
  update(context: WriteContext, name: string, change: (current: Body) => Body, options: UpdateOptions = {}): Body {
    const { kind } = context;
    const old = this.get(kind, context.namespace, name);
    const next = change(old);
    this.checkIdentity(context, next, old, options);
    this.keepServerFields(context, next, old);
    this.complete(context, next, old);
    if (context.subresource === "" && old.metadata.generation !== undefined && desiredChanged(kind, next, old))
      next.metadata.generation = old.metadata.generation + 1;
    const causes = [
      ...validateMetadataUpdate(next.metadata, old.metadata),
      ...validateMetadata(next, kind),
      ...this.problems(context, next, old),
    ];
    if (causes.length > 0) throw invalid(this.named(kind, name), causes);
    if (options.tracked !== true) trackUpdate(old, next, kind, this.writer(context), notSettable(context));
    if (sameObject(old, next)) return old;
    const last = old.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
    if (context.dryRun) return next;
    if (last && kind !== this.namespaces) {
      this.storage.delete(kind, next);
      return next;
    }
    return this.storage.put(kind, next);
  }

  writer(context: WriteContext): Writer {
    return {
      manager: context.manager,
      apiVersion: apiVersionOf(context.kind, context.version),
      subresource: context.subresource,
      now: this.timestamp(),
    };
  }

  /** Reads an object of a request, for {@link create} and as the result of an update. */
  decode(
    context: WriteContext,
    object: Record<string, unknown>,
    validation: FieldValidation,
  ): ReturnType<typeof decodeObject> {
    return decodeObject(object, context.kind, context.version, validation);
  }

  named(kind: Kind, name: string): Subject {
    return { group: kind.group, kind: kind.kind, name };
  }

  private checkNamespaceAlive(kind: Kind, namespace: string, name: string): void {
    const found = this.storage.get(this.namespaces, undefined, namespace);
    if (found === undefined) throw notFound({ group: "", kind: "namespaces", name: namespace });
    if (found.metadata.deletionTimestamp === undefined) return;
    throw forbidden(
      { group: kind.group, kind: kind.plural, name },
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: "NamespaceTerminating",
          message: `namespace ${namespace} is being terminated`,
          field: "metadata.namespace",
        },
      ],
    );
  }

  private checkIdentity(context: WriteContext, next: Body, old: Body, options: UpdateOptions): void {
    const { kind } = context;
    const { metadata } = next;
    const name = old.metadata.name;
    if (metadata.name === undefined)
      throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
    if (metadata.name !== name)
      throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
    checkNamespace(metadata, context.namespace);
    const subject = { group: kind.group, kind: kind.plural, name };
    if (metadata.resourceVersion === undefined) {
      if (kind.custom && options.replace === true)
        throw invalid(subject, [
          {
            reason: "FieldValueInvalid",
            message: "Invalid value: 0: must be specified for an update",
            field: "metadata.resourceVersion",
          },
        ]);
    } else if (metadata.resourceVersion !== old.metadata.resourceVersion) throw modified(subject);
    if (options.replace === true && metadata.uid !== undefined && metadata.uid !== old.metadata.uid)
      throw conflict(
        subject,
        `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
      );
    metadata.uid ??= old.metadata.uid;
  }

  private keepServerFields(context: WriteContext, next: Body, old: Body): void {
    const { kind, subresource } = context;
    if (subresource === "status") {
      const managed = next.metadata.managedFields;
      const metadata: Meta = kind.custom ? { ...old.metadata } : { ...next.metadata };
      if (old.metadata.labels === undefined) delete metadata.labels;
      else metadata.labels = old.metadata.labels;
      if (managed === undefined) delete metadata.managedFields;
      else metadata.managedFields = managed;
      const status = next.status;
      for (const key of Object.keys(next)) delete next[key];
      Object.assign(next, old, { metadata });
      if (status === undefined) delete next.status;
      else next.status = status;
    } else if (kind.subresources.includes("status")) {
      if (old.status === undefined) delete next.status;
      else next.status = old.status;
    }
    const { metadata } = next;
    metadata.resourceVersion = old.metadata.resourceVersion;
    metadata.creationTimestamp = old.metadata.creationTimestamp;
    if (context.namespace !== undefined) metadata.namespace = context.namespace;
    for (const key of ["generation", "deletionTimestamp", "deletionGracePeriodSeconds"] as const) {
      if (old.metadata[key] === undefined) delete metadata[key];
      else (metadata as Record<string, unknown>)[key] = old.metadata[key];
    }
  }

  private complete(context: WriteContext, body: Body, old: Body | undefined): void {
    const schema = context.kind.schemas.get(context.version);
    if (schema !== undefined) applyDefaults(body, schema);
    context.kind.strategy.prepare?.(body, old);
  }

  private problems(context: WriteContext, body: Body, old: Body | undefined): ReturnType<typeof validateSchema> {
    const schema = context.kind.schemas.get(context.version);
    if (schema !== undefined) return validateSchema(body, schema);
    return context.kind.strategy.validate?.(body, old) ?? [];
  }
}

/** Fields that a request leaves as they are, whatever it says. */
export function notSettable({ kind, subresource }: WriteContext): readonly FieldPath[] {
  if (subresource === "status") return [["f:spec"], kind.custom ? ["f:metadata"] : ["f:metadata", "f:labels"]];
  return kind.subresources.includes("status") ? [["f:status"]] : [];
}

function checkNamespace(metadata: Meta, namespace: string | undefined): void {
  if (metadata.namespace !== undefined && metadata.namespace !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

/** Custom kinds: anything but metadata and, with the subresource, status. Built-in ones: the spec; a Deployment's annotations too. */
function desiredChanged(kind: Kind, next: Body, old: Body): boolean {
  if (!kind.custom)
    return (
      !equal(next.spec, old.spec) ||
      (kind.kind === "Deployment" && !equal(next.metadata.annotations, old.metadata.annotations))
    );
  const status = kind.subresources.includes("status");
  const keys = new Set([...Object.keys(next), ...Object.keys(old)]);
  return [...keys].some((key) => key !== "metadata" && !(status && key === "status") && !equal(next[key], old[key]));
}
