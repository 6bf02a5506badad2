import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { InitFailed, ProviderError, redact } from "../plugin/errors";
import type { Provider, Resource } from "../plugin/provider";
import {
  at,
  hasUnknown,
  isList,
  isOn,
  sameValue,
  secretTexts,
  textAt,
  toJson,
  withAt,
  type Json,
  type ValueMap,
} from "../plugin/values";
import { ApiError, describe, isMissingNamespace, KubernetesApi, UnknownKind, type ObjectName } from "./api";
import { awaitReady, NotReady } from "./await";
import { checkObject, type ComingKinds } from "./check";
import { clusterAccess } from "./kubeconfig";
import {
  annotation,
  AUTONAMED,
  idOf,
  liveInputs,
  MANAGER_OUTPUT,
  nameOf,
  outputsOf,
  plannedOutputs,
  withoutServerValues,
} from "./objects";
import { replacingChanges, type Mutability } from "./replace";

interface Settings extends Mutability {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly force: boolean;
  readonly upsert: boolean;
  readonly signal: AbortSignal;
}

/** How long a creation waits for its CustomResourceDefinition or namespace, which another part of the program may be making. */
const PATIENCE_MS = 20_000;
const DELETE_TIMEOUT_S = 300;
const NAMESPACE_DELETE_TIMEOUT_S = 600;

/** Managers whose fields an update takes over, as the real provider does; others are a conflict. */
const TAKEN_OVER = ["kubectl", "before-first-apply", "pulumi-kubernetes", "pulumi-resource-kubernetes"];

/**
 * Test fixture. Kubernetes for the Pulumi engine by server-side apply, for every kind that the cluster serves. It waits until objects are ready only
 * where `pulumi.com/waitFor` says so; it has no Helm, no patch resources and no YAML rendering.
 */
export function kubernetesProvider(): Provider {
  let configured: Settings | undefined;
  const coming: ComingKinds = new Map();
  const settings = (): Settings => {
    if (configured === undefined) throw new ProviderError("the provider is not configured");
    return configured;
  };

  return {
    configure: (args, signal) => {
      configured = settingsOf(args, signal);
    },
    check: async (resource, { olds, news, seed }) =>
      checkObject({ resource, olds, news, seed }, settings().api, settings().namespace, coming),
    replaces: (resource, changed, { olds, news }) => ({
      paths: replacingChanges(resource.type, changed, settings()),
      deleteFirst:
        annotation(news, AUTONAMED) !== "true" &&
        ["name", "namespace"].every((key) => sameValue(at(olds, "metadata", key), at(news, "metadata", key))),
    }),
    create: async (resource, { inputs, preview, timeout }) =>
      guarded(inputs, () =>
        preview ? previewCreate(settings(), resource, inputs) : create(settings(), resource, inputs, timeout),
      ),
    update: async (resource, { oldInputs, oldOutputs, inputs, preview, timeout }) =>
      guarded(inputs, () => update(settings(), resource, { oldInputs, oldOutputs, inputs, preview, timeout })),
    read: async (resource, { id, inputs, outputs }) => {
      const name = nameOf(resource.type, inputs ?? outputs, id);
      const live = await settings().api.get(name).catch(unlessUnknownKind);
      if (live === undefined) return undefined;
      const manager = textAt(outputs, MANAGER_OUTPUT);
      return { id: idOf(name), inputs: liveInputs(live, inputs), outputs: outputsOf(live, inputs ?? outputs, manager) };
    },
    remove: async (resource, { id, inputs, timeout }) => {
      const name = nameOf(resource.type, inputs, id);
      const policy = annotation(inputs, "pulumi.com/deletionPropagationPolicy") ?? "foreground";
      const seconds = timeout > 0 ? timeout : name.kind === "Namespace" ? NAMESPACE_DELETE_TIMEOUT_S : DELETE_TIMEOUT_S;
      const propagation = policy.charAt(0).toUpperCase() + policy.slice(1);
      await settings()
        .api.remove(name, propagation, seconds * 1000)
        .catch(unlessUnknownKind);
    },
  };
}

function settingsOf(args: ValueMap, signal: AbortSignal): Settings {
  const flag = (key: string, variable: string): boolean => isOn(args[key] ?? process.env[variable]);
  if (textAt(args, "renderYamlToDirectory")) {
    throw new ProviderError("renderYamlToDirectory is not supported by this test fixture");
  }
  const access = clusterAccess(textAt(args, "kubeconfig"), {
    context: textAt(args, "context"),
    cluster: textAt(args, "cluster"),
  });
  return {
    api: new KubernetesApi(access, signal),
    namespace: textAt(args, "namespace") ?? access.namespace,
    force: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    upsert: flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
    configMaps: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
    secrets: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    signal,
  };
}

/** Asks the server by dry run. An object whose kind or namespace is yet to be made cannot be asked about, which is no error. */
async function previewCreate(
  { api }: Settings,
  { type }: Resource,
  inputs: ValueMap,
): Promise<{ id: string; outputs: ValueMap }> {
  if (hasUnknown(inputs)) return { id: "", outputs: plannedOutputs(inputs) };
  const name = nameOf(type, inputs);
  const object = toJson(inputs);
  // Forced, because at a replacement the old object is still there and belongs to another manager.
  const options = { manager: managerFor(inputs), dryRun: true, force: true };
  try {
    const live = await api.apply(name, object, options).catch(async (error: unknown) => {
      if (!(error instanceof ApiError) || !error.message.includes("field is immutable")) throw error;
      // A replacement again: ask under a name that is free.
      const other = `${name.name.slice(0, 200)}-${randomBytes(3).toString("hex")}`;
      const dryRun = await api.apply({ ...name, name: other }, renamed(object, other), options);
      return renamed(dryRun, name.name);
    });
    return { id: "", outputs: withoutServerValues(outputsOf(live, inputs, undefined)) };
  } catch (error) {
    if (error instanceof UnknownKind || isMissingNamespace(error)) return { id: "", outputs: plannedOutputs(inputs) };
    throw error;
  }
}

async function create(
  settings: Settings,
  { type }: Resource,
  inputs: ValueMap,
  timeout: number,
): Promise<{ id: string; outputs: ValueMap }> {
  const { api, signal } = settings;
  const name = nameOf(type, inputs);
  const manager = managerFor(inputs);
  const force = settings.force || annotation(inputs, "pulumi.com/patchForce") === "true";
  const deadline = performance.now() + PATIENCE_MS;
  for (let pause = 100; ; pause = Math.min(pause * 2, 1_000)) {
    try {
      if (!settings.upsert && (await api.get(name)) !== undefined) {
        throw new ProviderError(
          `${describe(name)} already exists; import it, or set the provider's upsertExistingObjects`,
        );
      }
      const live = await api.apply(name, toJson(inputs), { manager, dryRun: false, force });
      if (name.kind === "CustomResourceDefinition") await established(settings, name);
      return {
        id: idOf(name),
        outputs: await ready(settings, name, inputs, { applied: live, manager, timeout }),
      };
    } catch (error) {
      const mayCome = error instanceof UnknownKind || isMissingNamespace(error);
      if (!mayCome || performance.now() > deadline) throw explained(error, manager);
      await delay(pause, undefined, { signal });
    }
  }
}

async function update(
  settings: Settings,
  { type }: Resource,
  request: {
    readonly oldInputs: ValueMap;
    readonly oldOutputs: ValueMap;
    readonly inputs: ValueMap;
    readonly preview: boolean;
    readonly timeout: number;
  },
): Promise<ValueMap> {
  const { api, force } = settings;
  const { oldInputs, oldOutputs, inputs, preview, timeout } = request;
  if (preview && hasUnknown(inputs)) return plannedOutputs(inputs);
  const name = nameOf(type, inputs);
  const manager = textAt(oldOutputs, MANAGER_OUTPUT) ?? managerFor(oldInputs);
  const forced = force || annotation(inputs, "pulumi.com/patchForce") === "true";
  if ((await api.get(name)) === undefined) {
    throw new ProviderError(`${describe(name)} not found: it was deleted by others; run pulumi refresh`);
  }
  const apply = (withForce: boolean): Promise<Json> =>
    api.apply(name, toJson(inputs), { manager, dryRun: preview, force: withForce });
  const applied = await apply(forced).catch((error: unknown) => {
    if (error instanceof ApiError && isTakeover(error)) return apply(true);
    throw explained(error, manager);
  });
  if (preview) return outputsOf(applied, inputs, manager);
  return ready(settings, name, inputs, { applied, manager, timeout });
}

/** The outputs when the object is ready. What is not in time is in the state all the same. */
async function ready(
  { api, signal }: Settings,
  name: ObjectName,
  inputs: ValueMap,
  { applied, manager, timeout }: { readonly applied: Json; readonly manager: string; readonly timeout: number },
): Promise<ValueMap> {
  try {
    return outputsOf(await awaitReady(api, name, inputs, { applied, timeout, signal }), inputs, manager);
  } catch (error) {
    if (!(error instanceof NotReady)) throw error;
    throw new InitFailed(error.reason, idOf(name), inputs, outputsOf(applied, inputs, manager));
  }
}

function isTakeover({ conflictingManagers }: ApiError): boolean {
  return (
    conflictingManagers.length > 0 &&
    conflictingManagers.every((manager) => TAKEN_OVER.some((prefix) => manager.startsWith(prefix)))
  );
}

function managerFor(inputs: ValueMap): string {
  return annotation(inputs, "pulumi.com/patchFieldManager") ?? `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
}

function renamed(object: Json, name: string): Json {
  return withAt(object as ValueMap, ["metadata", "name"], name) as Json;
}

/** A CustomResourceDefinition can be used once the server has accepted its names. */
async function established({ api, signal }: Settings, name: ObjectName): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const conditions = at(await api.get(name), "status", "conditions");
    const ready = (condition: unknown): boolean =>
      textAt(condition as Json, "type") === "Established" && textAt(condition as Json, "status") === "True";
    if (isList(conditions) && conditions.some(ready)) return;
    await delay(50, undefined, { signal });
  }
}

function explained(error: unknown, manager: string): unknown {
  if (!(error instanceof ApiError) || error.conflictingManagers.length === 0) return error;
  const help = "set the annotation pulumi.com/patchForce, or remove the fields from the program";
  return new ProviderError(
    `the resource managed by field manager "${manager}" had an apply conflict: ${error.message} (${help})`,
  );
}

function unlessUnknownKind(error: unknown): undefined {
  if (error instanceof UnknownKind) return undefined;
  throw error;
}

/** A server may quote what it refuses: no secret input may come out in a message. */
async function guarded<T>(inputs: ValueMap, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof InitFailed) throw error;
    const data = inputs["kind"] === "Secret" ? secretTexts(inputs["data"], true) : [];
    const plain = data.map((bytes) => Buffer.from(bytes, "base64").toString("utf8"));
    throw new ProviderError(
      redact(error.message, [...secretTexts(inputs), ...data, ...plain]),
      error instanceof ProviderError ? error.uncertain : true,
    );
  }
}
