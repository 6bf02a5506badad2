import { readFileSync, writeFileSync } from "node:fs";
import { eventually } from "../contract/target";
import { Proxy, Run, sandboxWorld, Tenant, type World } from "./world";

describe("several replicas, and an API server that goes away", () => {
  let world: World;
  let tenant: Tenant;
  const runs: Run[] = [];
  const start = async (options: ConstructorParameters<typeof Run>[1]): Promise<Run> => {
    const run = new Run(world, { namespaces: [tenant.namespace], ...options });
    runs.push(run);
    return run.start();
  };

  beforeAll(async () => {
    world = await sandboxWorld();
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    tenant = await Tenant.create(world);
    await tenant.put("app/db", { password: "one" });
  });
  afterEach(async () => {
    for (const run of runs.splice(0)) await run.stop();
  });

  test("one of two works; when it stops, the other goes on at once", async () => {
    const first = await start({ leaderElect: true });
    await tenant.apply(tenant.store(), tenant.externalSecret("db", { refreshInterval: "1s" }));
    await tenant.untilData("db", { password: "one" });
    const second = await start({ leaderElect: true });
    await tenant.put("app/db", { password: "two" });
    await tenant.untilData("db", { password: "two" });
    expect(second.audit).toEqual([]);
    await first.stop();
    const lines = first.audit.length;
    await tenant.put("app/db", { password: "three" });
    await tenant.untilData("db", { password: "three" });
    expect(second.audit).toContainEqual(expect.objectContaining({ event: "secret-write", outcome: "ok" }));
    expect(first.audit).toHaveLength(lines);
  });

  test("an API server that comes back finds the reconciler still trying", async () => {
    const server = kubeServer();
    const proxy = await new Proxy(server).up();
    try {
      const run = new Run(
        { ...world, kubeconfig: rewritten(server, proxy.address) },
        { namespaces: [tenant.namespace] },
      );
      runs.push(run);
      await run.start();
      await tenant.apply(tenant.store(), tenant.externalSecret("db", { refreshInterval: "1s" }));
      await tenant.untilData("db", { password: "one" });
      await proxy.down();
      await tenant.put("app/db", { password: "two" });
      await eventually("it notices", async () =>
        expect(run.log.map(({ message }) => message)).toContainEqual(
          expect.stringMatching(/watch failed|could not be/),
        ),
      );
      await proxy.up();
      await tenant.untilData("db", { password: "two" });
      await tenant.untilReady("db", "True");
    } finally {
      await proxy.down();
    }
  });

  function kubeServer(): string {
    const config = JSON.parse(readFileSync(world.kubeconfig, "utf8")) as {
      clusters: [{ cluster: { server: string } }];
    };
    return config.clusters[0].cluster.server;
  }

  function rewritten(from: string, to: string): string {
    const file = `${world.kubeconfig}-proxied`;
    writeFileSync(file, readFileSync(world.kubeconfig, "utf8").replace(from, to));
    return file;
  }
});
