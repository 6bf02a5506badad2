import { setMaxListeners } from "node:events";
import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { changes, isUnder, type Change } from "./diff";
import { grpcError } from "./errors";
import { serve } from "./serve";
import type { ValueMap } from "./values";
import { decode, encode } from "./wire";

export interface Problem {
  readonly property: string;
  readonly reason: string;
}

export interface Resource {
  readonly urn: string;
  /** The logical name. */
  readonly name: string;
  /** E.g. `kubernetes:core/v1:ConfigMap`. */
  readonly type: string;
}

/** Timeouts are in seconds, 0 when the program set none. */
export interface Provider {
  readonly configure: (args: ValueMap, signal: AbortSignal) => Promise<void> | void;
  readonly check: (
    resource: Resource,
    request: { readonly olds: ValueMap; readonly news: ValueMap; readonly seed: Uint8Array },
  ) => Promise<{ readonly inputs: ValueMap; readonly problems: readonly Problem[] }>;
  /** Which of the changed properties force a replacement. */
  readonly replaces: (
    resource: Resource,
    changed: readonly Change[],
    inputs: { readonly olds: ValueMap; readonly news: ValueMap },
  ) => { readonly paths: readonly Change[]; readonly deleteFirst: boolean };
  readonly create: (
    resource: Resource,
    request: { readonly inputs: ValueMap; readonly preview: boolean; readonly timeout: number },
  ) => Promise<{ readonly id: string; readonly outputs: ValueMap }>;
  /** Undefined when the resource is gone. Without `inputs` it is an import or a `get`. */
  readonly read: (
    resource: Resource,
    request: { readonly id: string; readonly inputs: ValueMap | undefined; readonly outputs: ValueMap },
  ) => Promise<{ readonly id: string; readonly inputs: ValueMap; readonly outputs: ValueMap } | undefined>;
  readonly update: (
    resource: Resource,
    request: {
      readonly id: string;
      readonly oldInputs: ValueMap;
      readonly oldOutputs: ValueMap;
      readonly inputs: ValueMap;
      readonly preview: boolean;
      readonly timeout: number;
    },
  ) => Promise<ValueMap>;
  readonly remove: (
    resource: Resource,
    request: { readonly id: string; readonly inputs: ValueMap; readonly outputs: ValueMap; readonly timeout: number },
  ) => Promise<void>;
}

/** Not lower than any version an SDK asks for, so that the engine does not warn. */
const VERSION = "99.0.0";

/** Test fixture. Serves a {@link Provider} to the Pulumi engine until the engine ends it. */
export function serveProvider(provider: Provider): Promise<void> {
  const cancelled = new AbortController();
  // Every request under way listens, and the engine sends many at once.
  setMaxListeners(0, cancelled.signal);
  return serve(ResourceProviderService, implementation(provider, cancelled), () => cancelled.abort());
}

function implementation(provider: Provider, cancelled: AbortController): UntypedServiceImplementation {
  return {
    getPluginInfo: unary(async (_request: Empty) => new PluginInfo().setVersion(VERSION)),
    cancel: unary(async (_request: Empty) => {
      cancelled.abort();
      return new Empty();
    }),
    // Like the providers in use: a provider configuration is taken as it is, and a change of it replaces nothing.
    checkConfig: unary(async (request: pb.CheckRequest) => new pb.CheckResponse().setInputs(request.getNews())),
    diffConfig: unary(async (request: pb.DiffRequest) =>
      difference(changes(decode(request.getOldInputs() ?? request.getOlds()), decode(request.getNews())), [], false),
    ),
    configure: unary(async (request: pb.ConfigureRequest) => {
      await provider.configure(decode(request.getArgs()), cancelled.signal);
      return new pb.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setAcceptresources(true)
        .setAcceptoutputs(true);
    }),
    check: unary(async (request: pb.CheckRequest) => {
      const olds = decode(request.getOlds());
      const { inputs, problems } = await provider.check(resourceOf(request), {
        olds,
        news: decode(request.getNews()),
        seed: request.getRandomseed_asU8(),
      });
      return new pb.CheckResponse()
        .setInputs(encode(inputs))
        .setFailuresList(
          problems.map(({ property, reason }) => new pb.CheckFailure().setProperty(property).setReason(reason)),
        );
    }),
    diff: unary(async (request: pb.DiffRequest) => {
      const inputs = { olds: decode(request.getOldInputs()), news: decode(request.getNews()) };
      const ignored = request.getIgnorechangesList();
      const changed = changes(inputs.olds, inputs.news).filter(
        ({ path }) => !ignored.some((prefix) => isUnder(path, prefix)),
      );
      const { paths, deleteFirst } = provider.replaces(resourceOf(request), changed, inputs);
      return difference(changed, paths, deleteFirst);
    }),
    create: unary(async (request: pb.CreateRequest) => {
      const { id, outputs } = await provider.create(resourceOf(request), {
        inputs: decode(request.getProperties()),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      });
      return new pb.CreateResponse().setId(id).setProperties(encode(outputs));
    }),
    read: unary(async (request: pb.ReadRequest) => {
      const live = await provider.read(resourceOf(request), {
        id: request.getId(),
        inputs: request.hasInputs() ? decode(request.getInputs()) : undefined,
        outputs: decode(request.getProperties()),
      });
      if (live === undefined) return new pb.ReadResponse();
      return new pb.ReadResponse().setId(live.id).setInputs(encode(live.inputs)).setProperties(encode(live.outputs));
    }),
    update: unary(async (request: pb.UpdateRequest) => {
      const outputs = await provider.update(resourceOf(request), {
        id: request.getId(),
        oldInputs: decode(request.getOldInputs()),
        oldOutputs: decode(request.getOlds()),
        inputs: decode(request.getNews()),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      });
      return new pb.UpdateResponse().setProperties(encode(outputs));
    }),
    delete: unary(async (request: pb.DeleteRequest) => {
      await provider.remove(resourceOf(request), {
        id: request.getId(),
        inputs: decode(request.getOldInputs()),
        outputs: decode(request.getProperties()),
        timeout: request.getTimeout(),
      });
      return new Empty();
    }),
  };
}

function difference(changed: readonly Change[], replaced: readonly Change[], deleteFirst: boolean): pb.DiffResponse {
  const kinds = {
    add: [pb.PropertyDiff.Kind.ADD, pb.PropertyDiff.Kind.ADD_REPLACE],
    update: [pb.PropertyDiff.Kind.UPDATE, pb.PropertyDiff.Kind.UPDATE_REPLACE],
    delete: [pb.PropertyDiff.Kind.DELETE, pb.PropertyDiff.Kind.DELETE_REPLACE],
  } as const;
  const response = new pb.DiffResponse()
    .setChanges(changed.length === 0 ? pb.DiffResponse.DiffChanges.DIFF_NONE : pb.DiffResponse.DiffChanges.DIFF_SOME)
    .setDiffsList([...new Set(changed.map(({ path }) => topKey(path)))])
    .setReplacesList([...new Set(replaced.map(({ path }) => topKey(path)))])
    .setDeletebeforereplace(replaced.length > 0 && deleteFirst)
    .setHasdetaileddiff(true);
  for (const change of changed) {
    const kind = kinds[change.kind][replaced.includes(change) ? 1 : 0];
    response.getDetaileddiffMap().set(change.path, new pb.PropertyDiff().setKind(kind).setInputdiff(true));
  }
  return response;
}

function topKey(path: string): string {
  return path.split(/[.[]/)[0] ?? path;
}

function resourceOf(request: { getUrn(): string; getName(): string; getType(): string }): Resource {
  return { urn: request.getUrn(), name: request.getName(), type: request.getType() };
}

function unary<Request, Response>(answer: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
    answer(call.request).then(
      (response) => reply(null, response),
      (error: unknown) => {
        const { code, message, metadata } = grpcError(error);
        reply({ code, details: message, ...(metadata === undefined ? {} : { metadata }) });
      },
    );
  };
}
