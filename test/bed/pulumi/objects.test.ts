import { liveInputs, nameOf, outputsOf, plannedOutputs } from "./kubernetes/objects";
import { replacingChanges } from "./kubernetes/replace";
import { at, Secret, UNKNOWN, type ValueMap } from "./plugin/values";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("the inputs read back from a live object", () => {
  const live: ValueMap = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "app",
      namespace: "shop",
      uid: "u",
      managedFields: [{}],
      labels: { team: "shop", added: "by others" },
    },
    spec: {
      replicas: 2,
      template: { containers: [{ name: "sidecar" }, { name: "app", image: "app:2", imagePullPolicy: "Always" }] },
    },
    status: { replicas: 2 },
  };

  it("are the declared fields with their live values; what others added is no drift", () => {
    const declared = {
      metadata: { name: "app", namespace: "shop", labels: { team: "shop", lost: "x" } },
      spec: { replicas: 3, template: { containers: [{ name: "app", image: "app:1" }] } },
    };
    expect(liveInputs(live, declared)).toEqual({
      metadata: { name: "app", namespace: "shop", labels: { team: "shop" } },
      spec: { replicas: 2, template: { containers: [{ name: "app", image: "app:2" }] } },
    });
  });

  it("are everything but the server's own fields when nothing was declared (import)", () => {
    expect(liveInputs(live, undefined)).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "app", namespace: "shop", labels: { team: "shop", added: "by others" } },
      spec: live["spec"],
    });
  });

  it("hold a Secret's stringData as it is live in data, and stay secret", () => {
    const secret = { apiVersion: "v1", kind: "Secret", data: { kept: base64("one"), changed: base64("new") } };
    const declared = { stringData: new Secret({ kept: "one", changed: "old", lost: "gone" }) };
    expect(liveInputs(secret, declared)).toEqual({ stringData: new Secret({ kept: "one", changed: "new" }) });
  });
});

describe("the outputs of an object", () => {
  it("are secret in a Secret whether or not the program says so, and lack managedFields", () => {
    const live = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", managedFields: [] },
      data: { a: base64("x") },
    };
    expect(outputsOf(live, {}, "pulumi-kubernetes-1")).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s" },
      data: new Secret({ a: base64("x") }),
      __fieldManager: "pulumi-kubernetes-1",
    });
  });

  it("are the inputs at a preview that the server cannot answer, with what the server makes not known", () => {
    expect(at(plannedOutputs({ metadata: { name: "a" } }), "metadata")).toEqual({
      name: "a",
      uid: UNKNOWN,
      resourceVersion: UNKNOWN,
      creationTimestamp: UNKNOWN,
    });
  });
});

describe("the name of an object", () => {
  it.each([
    [
      "kubernetes:core/v1:ConfigMap",
      "shop/app",
      { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "app" },
    ],
    [
      "kubernetes:core/v1:Namespace",
      "shop",
      { apiVersion: "v1", kind: "Namespace", namespace: undefined, name: "shop" },
    ],
    [
      "kubernetes:external-secrets.io/v1:ExternalSecret",
      "shop/db",
      { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", namespace: "shop", name: "db" },
    ],
  ])("of %s with the id %s", (token, id, expected) => {
    expect(nameOf(token, {}, id)).toEqual(expected);
  });
});

describe("a change replaces", () => {
  const immutable = { configMaps: false, secrets: false };
  const replaced = (token: string, path: string, mutability = immutable): boolean =>
    replacingChanges(token, [{ path, kind: "update" }], mutability).length > 0;

  it.each([
    ["kubernetes:core/v1:ConfigMap", "data.greeting", true],
    ["kubernetes:core/v1:ConfigMap", "metadata.labels.team", false],
    ["kubernetes:core/v1:ConfigMap", "metadata.name", true],
    ["kubernetes:core/v1:Secret", "stringData.password", true],
    ["kubernetes:external-secrets.io/v1:ExternalSecret", "spec.data[0].remoteRef.key", false],
    ["kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "roleRef.name", true],
  ])("%s at %s: %s", (token, path, expected) => {
    expect(replaced(token, path)).toBe(expected);
  });

  it("no ConfigMap when the provider is told that they are mutable", () => {
    expect(replaced("kubernetes:core/v1:ConfigMap", "data.a", { configMaps: true, secrets: false })).toBe(false);
  });
});
