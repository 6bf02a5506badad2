import { status, type sendUnaryData, type ServerUnaryCall, type ServerWritableStream } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  AboutResponse,
  GetRequiredPackagesResponse,
  LanguageHandshakeResponse,
  RunPluginResponse,
  RunResponse,
  type GetRequiredPackagesRequest,
  type InstallDependenciesRequest,
  type InstallDependenciesResponse,
  type LanguageHandshakeRequest,
  type RunPluginRequest,
  type RunRequest,
} from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { serve } from "../plugin/serve";
import { packProcess, startPackProxy } from "./pack";
import { pluginProcess } from "./plugin";
import { Children, type Ending, type Output } from "./process";
import { programProcess } from "./program";

/** The exit code with which Pulumi's Node SDK says that it has shown the error itself (its cmd/run/index.ts). */
const ALREADY_SHOWN = 32;

/**
 * Test fixture. LanguageRuntime for Node: Run, RunPlugin for policy packs and providers, and the few calls the engine makes around them. What is not here answers
 * UNIMPLEMENTED, which the engine takes as "an older host".
 */
export function serveLanguageHost(engineFromArguments: string): Promise<void> {
  let engine = engineFromArguments;
  const children = new Children();

  const run = async (request: RunRequest): Promise<RunResponse> => {
    const launch = programProcess(request, engine);
    const code = await children.run(launch, {
      stdout: (data) => process.stdout.write(data),
      stderr: (data) => process.stderr.write(data),
    });
    const response = new RunResponse();
    if (code === 0) return response;
    if (code === ALREADY_SHOWN) return response.setBail(true);
    return response.setError(
      typeof code === "number" ? `the program ended with exit code ${code}` : `the program was ended by ${code}`,
    );
  };

  const runPlugin = async (call: ServerWritableStream<RunPluginRequest, RunPluginResponse>): Promise<void> => {
    const kind = call.request.getKind();
    if (kind !== "analyzer" && kind !== "resource")
      throw new Error(`a plugin of the kind ${kind} is not supported by this test fixture`);
    const stop = new AbortController();
    call.on("cancelled", () => stop.abort());
    const output = {
      stdout: (data: Uint8Array) => void call.write(new RunPluginResponse().setStdout(data)),
      stderr: (data: Uint8Array) => void call.write(new RunPluginResponse().setStderr(data)),
    };
    const ending = await (kind === "resource"
      ? children.run(pluginProcess(call.request), output, stop.signal)
      : runPack(call.request, output, stop.signal));
    stop.abort();
    call.write(new RunPluginResponse().setExitcode(typeof ending === "number" ? ending : 1));
    call.end();
  };

  const runPack = async (request: RunPluginRequest, output: Output, signal: AbortSignal): Promise<Ending> => {
    const proxy = await startPackProxy(packProcess(request), children, output, signal);
    output.stdout(Buffer.from(`${proxy.port}\n`));
    return proxy.ended;
  };

  return serve(
    LanguageRuntimeService,
    {
      handshake: unary(async (request: LanguageHandshakeRequest) => {
        engine = request.getEngineAddress() || engine;
        return new LanguageHandshakeResponse();
      }),
      getPluginInfo: unary(async (_request: Empty) => new PluginInfo().setVersion("3.0.0-test-fixture")),
      about: unary(async (_request: Empty) =>
        new AboutResponse().setExecutable(process.execPath).setVersion(process.version),
      ),
      getRequiredPackages: unary(async (_request: GetRequiredPackagesRequest) => new GetRequiredPackagesResponse()),
      // Nothing to install: tests run what is installed already. Plugins have it asked for before each start.
      installDependencies: (call: ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>) =>
        call.end(),
      run: unary(run),
      runPlugin: (call: ServerWritableStream<RunPluginRequest, RunPluginResponse>) => {
        runPlugin(call).catch((error: unknown) => call.destroy(asError(error)));
      },
      cancel: unary(async (_request: Empty) => {
        children.interrupt();
        return new Empty();
      }),
    },
    () => children.killAll(),
  );
}

function unary<Request, Response>(answer: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
    answer(call.request).then(
      (response) => reply(null, response),
      (error: unknown) => reply({ code: status.UNKNOWN, details: asError(error).message }),
    );
  };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
