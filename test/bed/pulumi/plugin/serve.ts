import { fstatSync } from "node:fs";
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from "@grpc/grpc-js";

/**
 * Test fixture. The process contract of a Pulumi plugin: serve gRPC on a free port of 127.0.0.1, print the port as the first line, end on SIGINT.
 * It also ends when the engine is gone: the engine holds the other end of stdin, and a lost parent is seen by its process id.
 */
export async function serve(
  service: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  beforeExit: () => void = () => undefined,
): Promise<void> {
  const exit = (): never => {
    beforeExit();
    process.exit(0);
  };
  process.on("SIGINT", exit);
  process.on("SIGTERM", exit);
  endWithEngine(exit);

  const server = new Server({
    "grpc.max_receive_message_length": 400 * 1024 * 1024,
    "grpc.max_send_message_length": 400 * 1024 * 1024,
  });
  server.addService(service, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  process.stdout.write(`${port}\n`);
}

function endWithEngine(exit: () => never): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) exit();
  }, 1000).unref();
  try {
    const stdin = fstatSync(0);
    if (!stdin.isFIFO() && !stdin.isSocket()) return;
  } catch {
    return;
  }
  process.stdin.on("end", exit).on("error", exit).resume();
  // Watching for the engine must not keep a finished process alive.
  (process.stdin as unknown as { unref?: () => void }).unref?.();
}
