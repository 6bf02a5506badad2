import type { KubernetesObject } from "../../api";
import { SECRETS } from "../../reconciler/kube/resources";
import type { KubeClient } from "../../reconciler/kube/types";
import { whileLeading } from "../../reconciler/leading";

test("without the lease nothing is written, and everything can be read", async () => {
  const sent: string[] = [];
  const note = (verb: string) => async (): Promise<never> => {
    sent.push(verb);
    return undefined as never;
  };
  const kube: KubeClient = {
    server: "https://api",
    request: note("request"),
    stream: note("stream"),
    get: note("get"),
    list: note("list"),
    create: note("create"),
    patch: note("patch"),
    delete: note("delete"),
    requestToken: note("requestToken"),
    close: () => undefined,
  };
  let leads = false;
  const guarded = whileLeading(kube, () => leads);
  const object: KubernetesObject = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } };
  const write = [
    () => guarded.create(SECRETS, object),
    () => guarded.patch(SECRETS, "n", "a", {}, { type: "merge" }),
    () => guarded.delete(SECRETS, "n", "a"),
  ];
  for (const each of write)
    await expect(each()).rejects.toThrow("nothing is written: this process does not hold the lease");
  await guarded.get(SECRETS, "n", "a");
  await guarded.list(SECRETS);
  expect(sent).toEqual(["get", "list"]);
  leads = true;
  for (const each of write) await each();
  expect(sent).toEqual(["get", "list", "create", "patch", "delete"]);
});
