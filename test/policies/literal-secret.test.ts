import { UNKNOWN } from "../../policies";
import { judgeObjects, said } from "./fixtures";

const secret = (parts: object): object => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, ...parts });
const judged = (parts: object): readonly string[] => said(judgeObjects([secret(parts)]));

describe("SEC001: no manifest carries the values of a Secret", () => {
  test("keys are named in order, values never", () => {
    const report = judgeObjects([
      secret({ stringData: { user: "Canary-1", password: "Canary-2" }, data: { token: "Q2FuYXJ5" } }),
    ]);
    expect(said(report)).toEqual([
      'SEC001 data: has the value of "token"',
      'SEC001 stringData: has the values of "password", "user"',
    ]);
    expect(JSON.stringify(report)).not.toMatch(/Canary|Q2FuYXJ5/);
  });

  test("__proto__ is a key like any other", () => {
    const data: unknown = JSON.parse('{"__proto__": "eA=="}');
    expect(judged({ data })).toEqual(['SEC001 data: has the value of "__proto__"']);
  });

  test.each([
    ["no data", {}],
    ["empty data", { data: {}, stringData: {} }],
    ["a key without a value", { stringData: { token: "" }, data: { key: null } }],
    ["data that is no mapping", { data: ["x"] }],
    ["a service account token to be filled by Kubernetes", { type: "kubernetes.io/service-account-token" }],
  ])("nothing is said about a Secret with %s", (_, parts) => {
    expect(judged(parts)).toEqual([]);
  });

  test("a Secret that an operator wrote from an ExternalSecret, as the API server gives it, is not applicable", () => {
    const owner = {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      name: "db",
      uid: "u1",
      controller: true,
    };
    const metadata = {
      name: "s",
      uid: "u2",
      labels: { "reconcile.external-secrets.io/managed": "true" },
      ownerReferences: [owner],
    };
    const report = judgeObjects([secret({ metadata, data: { a: "eA==" } })]);
    expect(said(report)).toEqual([]);
    expect(report.checks).toEqual([]);
    // The label alone, which any manifest can carry, excuses nothing.
    expect(judged({ metadata: { name: "s", labels: metadata.labels }, data: { a: "eA==" } })).toHaveLength(1);
    expect(judged({ metadata: { ...metadata, uid: undefined }, data: { a: "eA==" } })).toHaveLength(1);
  });

  test("a value that is not known yet is a value; data that is not known yet is unknown", () => {
    expect(judged({ stringData: { password: UNKNOWN } })).toEqual(['SEC001 stringData: has the value of "password"']);
    expect(judged({ data: UNKNOWN })).toEqual(["? SEC001 data: whether it has values is not known yet"]);
  });

  test("a Secret of another group is not one of Kubernetes", () => {
    expect(said(judgeObjects([{ ...secret({ data: { a: "b" } }), apiVersion: "example.com/v1" }]))).toEqual([]);
  });

  test("it needs no environments", () => {
    const report = judgeObjects([secret({ data: { a: "eA==" } })], { environments: undefined });
    expect(said(report)).toEqual(['SEC001 data: has the value of "a"']);
    expect(report.notRun).toEqual(
      ["ACC001", "ACC002", "ENV001", "ENV002", "STO006"].map((ruleId) => ({
        ruleId,
        reason: "no environments were given",
      })),
    );
  });
});
