import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";

/** A resource as the engine would have been asked to register it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Name of the parent; empty for the stack. */
  readonly parent: string;
  readonly custom: boolean;
  /** The raw inputs: secrets and unknowns as their signatures. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names, sorted. */
  readonly dependsOn: readonly string[];
  readonly provider: string;
  readonly providers: readonly string[];
  readonly retainOnDelete: boolean;
  /** Empty where none is set. */
  readonly timeouts: { readonly create: string; readonly update: string };
}

export interface Recording {
  readonly resources: readonly Registered[];
  /** Names of the components that registered their outputs, and what. */
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly named: (name: string) => Registered;
}

/** What is read of the SDK's untyped requests. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDependenciesList(): string[];
  getProvider(): string;
  getProvidersMap(): { entries(): Iterable<[string, string]> };
  getRetainondelete(): boolean;
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string } | undefined;
}
interface OutputsRequest {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Record<string, unknown> } | undefined;
}

/** The signature by which the engine knows a value that is not there yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** An Output that no preview knows. */
export function notKnownYet(): pulumi.Output<string> {
  const create = pulumi.Output as unknown as new (...parts: unknown[]) => pulumi.Output<string>;
  const no = Promise.resolve(false);
  return new create(new Set(), Promise.resolve(undefined), no, no, Promise.resolve(new Set()));
}

/**
 * Runs a program without an engine and records the requests it would have sent: `setMocks` alone shows neither parents nor
 * dependencies. What it does not prove: that an engine and providers accept them.
 */
export async function record(program: () => unknown, options: { preview?: boolean } = {}): Promise<Recording> {
  const resources: Registered[] = [];
  const outputs = new Map<string, Readonly<Record<string, unknown>>>();
  const register = jest.spyOn(MockMonitor.prototype, "registerResource");
  const registerOutputs = jest.spyOn(MockMonitor.prototype, "registerResourceOutputs");
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs, id }) => ({ id: id ?? `${name}-id`, state: inputs as Record<string, unknown> }),
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "rig",
    "test",
    options.preview ?? false,
  );
  try {
    await program();
    // Internal to the SDK, and the only way to know that every registration was sent.
    await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
    for (const request of register.mock.calls.map(([sent]) => sent as Request)) {
      if (request.getType() === "pulumi:pulumi:Stack") continue;
      resources.push({
        type: request.getType(),
        name: request.getName(),
        parent: nameOf(request.getParent()),
        custom: request.getCustom(),
        inputs: request.getObject()?.toJavaScript() ?? {},
        dependsOn: request.getDependenciesList().map(nameOf).sort(),
        provider: nameOf(request.getProvider().split("::").slice(0, 4).join("::")),
        providers: [...request.getProvidersMap().entries()].map(([pkg]) => pkg).sort(),
        retainOnDelete: request.getRetainondelete(),
        timeouts: {
          create: request.getCustomtimeouts()?.getCreate() ?? "",
          update: request.getCustomtimeouts()?.getUpdate() ?? "",
        },
      });
    }
    for (const request of registerOutputs.mock.calls.map(([sent]) => sent as OutputsRequest))
      outputs.set(nameOf(request.getUrn()), request.getOutputs()?.toJavaScript() ?? {});
  } finally {
    register.mockRestore();
    registerOutputs.mockRestore();
  }
  return {
    resources,
    outputs,
    named: (name) => {
      const found = resources.filter((resource) => resource.name === name);
      if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} resources named ${name}`);
      return found[0];
    },
  };
}

function nameOf(urn: string): string {
  return urn === "" || urn.includes("pulumi:pulumi:Stack::") ? "" : (urn.split("::")[3] ?? urn);
}
