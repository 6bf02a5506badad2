import { unique, type Target } from "../target";
import { ABSENT, freshMount, read, refusal } from "./answers";

/** Rate limits on a mount. */
export function quotaContract(open: () => Target): void {
  const at = (name: string): string => `/v1/sys/quotas/rate-limit/${name}`;

  test("a rate limit reads back with its defaults, is listed, and goes", async () => {
    const { vault } = open();
    const [mount, name] = [await freshMount(open(), 1), unique("quota")];
    const made = await vault.ask("POST", at(name), { body: { path: `${mount}/`, rate: 2.5 } });
    expect(made.status).toBe(204);
    expect(read(await vault.ask("GET", at(name))).data).toEqual({
      block_interval: 0,
      inheritable: false,
      interval: 1,
      name,
      path: `${mount}/`,
      rate: 2.5,
      role: "",
      type: "rate-limit",
    });
    expect(read(await vault.ask("GET", "/v1/sys/quotas/rate-limit?list=true")).data.keys).toContain(name);
    expect((await vault.ask("DELETE", at(name))).status).toBe(204);
    expect(refusal(await vault.ask("GET", at(name)))).toEqual(ABSENT);
  });

  test("what cannot be a rate limit is refused, and a second one of a mount too", async () => {
    const { vault } = open();
    const [mount, name] = [await freshMount(open(), 1), unique("quota")];
    await vault.ask("POST", at(name), { body: { path: `${mount}/`, rate: 100 } });
    const refused = async (body: object): Promise<readonly unknown[]> =>
      refusal(await vault.ask("POST", at(unique("other")), { body }));
    expect(await refused({ path: `${mount}/` })).toEqual([400, ["'rate' is invalid"]]);
    expect(await refused({ path: "no-such-mount/", rate: 1 })).toEqual([400, ['invalid mount path "no-such-mount/"']]);
    expect(await refused({ path: `${mount}/`, rate: 1 })).toEqual([
      400,
      [`quota rule with similar properties exists under the name "${name}"`],
    ]);
    await vault.ask("DELETE", at(name));
  });

  test("requests above the rate are answered 429 with the path, those to other mounts are not", async () => {
    const { vault } = open();
    const [mount, other, name] = [await freshMount(open(), 1), await freshMount(open(), 1), unique("quota")];
    await vault.ask("POST", at(name), { body: { path: `${mount}/`, rate: 2, interval: "1h" } });
    const statuses: number[] = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await vault.ask("GET", `/v1/${mount}/a`)).status);
    expect(statuses).toEqual([404, 404, 429, 429]);
    expect(refusal(await vault.ask("GET", `/v1/${mount}/a`))).toEqual([
      429,
      [`request path "${mount}/a": rate limit quota exceeded`],
    ]);
    expect((await vault.ask("GET", `/v1/${other}/a`)).status).toBe(404);
    await vault.ask("DELETE", at(name));
  });
}
