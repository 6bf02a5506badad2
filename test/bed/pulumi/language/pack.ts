import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type ServiceError,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { AnalyzerStackConfigureRequest } from "@pulumi/pulumi/proto/analyzer_pb";
import type { RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";
import type { Children, Ending, Launch, Output } from "./process";
import { resolveFrom } from "./program";

type Bytes = Buffer;

export interface PackProxy {
  readonly port: number;
  /** Settles when the pack's process ends, or when the proxy is stopped before it started. */
  readonly ended: Promise<Ending>;
}

/** How a policy pack starts: Pulumi's own `cmd/run-policy-pack` from the pack's dependencies, with the pack's folder as working directory. */
export function packProcess(request: RunPluginRequest): Launch {
  const pack = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  return {
    args: [
      resolveFrom(pack, "@pulumi/pulumi/cmd/run-policy-pack", "the policy pack"),
      request.getArgsList().at(-1) ?? "",
      pack,
    ],
    cwd: pack,
    env: Object.fromEntries(request.getEnvList().map((entry) => splitOnce(entry, "="))),
  };
}

/**
 * Test fixture. A policy pack reads the stack's name and config from its environment, but the engine tells them only after the pack has started
 * (ConfigureStack). So, like the official host, this one answers the engine itself, starts the pack when it knows, and passes every call on as bytes.
 */
export async function startPackProxy(
  launch: Launch,
  children: Children,
  output: Output,
  signal: AbortSignal,
): Promise<PackProxy> {
  const ended = openPromise<Ending>();
  let pack: Promise<Client> | undefined;
  const started = (env: NodeJS.ProcessEnv): Promise<Client> =>
    (pack ??= startPack({ ...launch, env: { ...launch.env, ...env } }, children, output, signal, ended));

  const passOn = async (path: string, call: ServerUnaryCall<Bytes, Bytes>): Promise<Bytes> => {
    const env = path.endsWith("/ConfigureStack") ? stackEnvironment(call.request) : {};
    const client = await started(env);
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest<Bytes, Bytes>(path, same, same, call.request, new Metadata(), {}, (error, response) => {
        if (error) reject(error);
        else resolve(response ?? Buffer.alloc(0));
      });
    });
  };

  const server = new Server({
    "grpc.max_receive_message_length": 400 * 1024 * 1024,
    "grpc.max_send_message_length": 400 * 1024 * 1024,
  });
  server.addService(...bytesService(passOn));
  signal.addEventListener("abort", () => {
    server.forceShutdown();
    if (pack === undefined) ended.resolve(0);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { port, ended: ended.promise };
}

/** The Analyzer service without Handshake (which older packs do not know either), every message as bytes. */
function bytesService(
  passOn: (path: string, call: ServerUnaryCall<Bytes, Bytes>) => Promise<Bytes>,
): [ServiceDefinition, UntypedServiceImplementation] {
  const definition: { [name: string]: ServiceDefinition[string] } = {};
  const implementation: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(AnalyzerService as unknown as ServiceDefinition)) {
    if (name === "handshake") continue;
    definition[name] = {
      ...method,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    implementation[name] = (call: ServerUnaryCall<Bytes, Bytes>, reply: sendUnaryData<Bytes>): void => {
      passOn(method.path, call).then(
        (response) => reply(null, response),
        (error: Partial<ServiceError>) =>
          reply({ code: error.code ?? status.UNKNOWN, details: error.details ?? error.message ?? "" }),
      );
    };
  }
  return [definition, implementation];
}

function startPack(
  launch: Launch,
  children: Children,
  output: Output,
  signal: AbortSignal,
  ended: OpenPromise<Ending>,
): Promise<Client> {
  return new Promise((resolve, reject) => {
    let head: string | undefined = "";
    const stdout = (data: Buffer): void => {
      if (head === undefined) return output.stdout(data);
      head += data.toString("utf8");
      const [first, rest] = splitOnce(head, "\n");
      if (rest === undefined) return;
      head = undefined;
      resolve(
        new Client(`127.0.0.1:${first.trim()}`, credentials.createInsecure(), {
          "grpc.max_receive_message_length": 400 * 1024 * 1024,
          "grpc.max_send_message_length": 400 * 1024 * 1024,
        }),
      );
      if (rest !== "") output.stdout(Buffer.from(rest));
    };
    children.run(launch, { stdout, stderr: output.stderr }, signal).then((ending) => {
      reject(new Error(`the policy pack in ${launch.cwd} ended (${ending}) before it listened`));
      ended.resolve(ending);
    }, reject);
  });
}

/** What Pulumi's SDK reads in a pack: `pulumi.getStack()`, `getProject()`, `getOrganization()`, `new pulumi.Config()`. */
function stackEnvironment(message: Bytes): NodeJS.ProcessEnv {
  const stack = AnalyzerStackConfigureRequest.deserializeBinary(message);
  const values = new Map([
    ["ORGANIZATION", stack.getOrganization()],
    ["PROJECT", stack.getProject()],
    ["STACK", stack.getStack()],
    ["DRY_RUN", String(stack.getDryRun())],
  ]);
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(stack.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(stack.getConfigSecretKeysList()),
    ...Object.fromEntries(
      [...values].flatMap(([name, value]) => [
        [`PULUMI_NODEJS_${name}`, value],
        [`PULUMI_${name}`, value],
      ]),
    ),
  };
}

interface OpenPromise<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function openPromise<T>(): OpenPromise<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

function same(bytes: Bytes): Bytes {
  return bytes;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const found = text.indexOf(separator);
  return found < 0 ? [text, undefined] : [text.slice(0, found), text.slice(found + separator.length)];
}
