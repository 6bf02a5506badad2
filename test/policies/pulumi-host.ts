import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ROOT } from "./built";

/** How Pulumi's engine sends an unknown text, and a secret value. */
export const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const secretValue = (value: unknown): object => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly props: object;
  readonly provider?: object;
}

export interface Diagnostic {
  readonly policy: string;
  readonly level: "advisory" | "mandatory" | "other";
  readonly message: string;
  readonly urn: string;
}

/** A policy pack in Pulumi's own host process, spoken to as the engine does. */
export class PulumiHost {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: AnalyzerClient,
    readonly output: string[],
  ) {}

  static async start(folder: string, env: Readonly<Record<string, string>> = {}): Promise<PulumiHost> {
    const program = join(ROOT, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [program, "127.0.0.1:1", folder], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], PULUMI_NODEJS_STACK: "prod", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => output.push(text));
    const port = await new Promise<string>((resolvePort, reject) => {
      createInterface(child.stdout).once("line", resolvePort);
      child.once("exit", (code) => reject(new Error(`the pack ended with code ${code}: ${output.join("")}`)));
    });
    const client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    return new PulumiHost(child, client, output);
  }

  async stop(): Promise<void> {
    this.client.close();
    const ended = new Promise((resolveEnd) => this.process.once("exit", resolveEnd));
    this.process.kill("SIGKILL");
    await ended;
  }

  async policies(): Promise<readonly string[]> {
    const info = await call<proto.AnalyzerInfo>((done) => this.client.getAnalyzerInfo(new Empty(), done));
    return info.getPoliciesList().map((policy) => policy.getName());
  }

  /** Gives each of the policies the configuration. */
  async configure(config: Readonly<Record<string, unknown>>): Promise<void> {
    const request = new proto.ConfigureAnalyzerRequest();
    for (const name of ["keyturn-resources", "keyturn-resources-advice", "keyturn-stack", "keyturn-stack-advice"]) {
      const one = new proto.PolicyConfig();
      const isMandatory = !name.endsWith("advice");
      one.setEnforcementlevel(isMandatory ? proto.EnforcementLevel.MANDATORY : proto.EnforcementLevel.ADVISORY);
      one.setProperties(struct(config));
      request.getPolicyconfigMap().set(name, one);
    }
    await call((done) => this.client.configure(request, done));
  }

  async analyze({ type, name, props, provider }: Resource): Promise<readonly Diagnostic[]> {
    const request = new proto.AnalyzeRequest();
    request.setType(type);
    request.setName(name);
    request.setUrn(urnOf(type, name));
    request.setProperties(struct(props));
    request.setOptions(new proto.AnalyzerResourceOptions());
    if (provider !== undefined) {
      const of = new proto.AnalyzerProviderResource();
      of.setType("pulumi:providers:kubernetes");
      of.setProperties(struct(provider));
      request.setProvider(of);
    }
    return diagnostics(await call((done) => this.client.analyze(request, done)));
  }

  async analyzeStack(resources: readonly Resource[]): Promise<readonly Diagnostic[]> {
    const request = new proto.AnalyzeStackRequest();
    request.setResourcesList(
      resources.map(({ type, name, props }) => {
        const resource = new proto.AnalyzerResource();
        resource.setType(type);
        resource.setName(name);
        resource.setUrn(urnOf(type, name));
        resource.setProperties(struct(props));
        resource.setOptions(new proto.AnalyzerResourceOptions());
        return resource;
      }),
    );
    return diagnostics(await call((done) => this.client.analyzeStack(request, done)));
  }
}

export function urnOf(type: string, name: string): string {
  return `urn:pulumi:prod::app::${type}::${name}`;
}

function struct(value: object): Struct {
  return Struct.fromJavaScript(value as Parameters<typeof Struct.fromJavaScript>[0]);
}

function call<T>(start: (done: (error: grpc.ServiceError | null, response: T) => void) => void): Promise<T> {
  return new Promise((resolveCall, reject) => {
    start((error, response) => (error === null ? resolveCall(response) : reject(error)));
  });
}

function diagnostics(response: proto.AnalyzeResponse): readonly Diagnostic[] {
  return response.getDiagnosticsList().map((one) => ({
    policy: one.getPolicyname(),
    level:
      one.getEnforcementlevel() === proto.EnforcementLevel.MANDATORY
        ? "mandatory"
        : one.getEnforcementlevel() === proto.EnforcementLevel.ADVISORY
          ? "advisory"
          : "other",
    message: one.getMessage(),
    urn: one.getUrn(),
  }));
}
