import { join } from "node:path";
import { Server, type ServerContext } from "./process";

/** etcd with its data in the bed's folder, never flushed to disk. */
export function startEtcd(command: string, context: ServerContext): Promise<Server> {
  return Server.start(
    {
      name: "etcd",
      command,
      ports: 1,
      args: ([port]) => [
        `--data-dir=${join(context.guard.dir, "etcd")}`,
        `--listen-client-urls=http://127.0.0.1:${port}`,
        `--advertise-client-urls=http://127.0.0.1:${port}`,
        "--listen-peer-urls=http://127.0.0.1:0",
        "--unsafe-no-fsync",
        "--quota-backend-bytes=4294967296",
      ],
      // Its own log, not an answer on the port, which could come from another bed's etcd.
      ready: (_, log) => log().includes("serving client traffic insecurely"),
      readyWithinMs: 90_000,
    },
    context,
  );
}

/** The address clients use. */
export function etcdAddress(etcd: Server): string {
  return `http://127.0.0.1:${etcd.ports[0]}`;
}
