import { countByVerb, parseEvent } from "./audit";
import { parseEntry } from "./bao-audit";

const event = (fields: object) =>
  JSON.stringify({
    stage: "ResponseComplete",
    verb: "patch",
    requestURI: "/apis/apps/v1/namespaces/a/deployments/b/status?dryRun=All&fieldManager=x",
    user: { username: "system:serviceaccount:a:b" },
    userAgent: "test",
    objectRef: { resource: "deployments", subresource: "status", apiGroup: "apps", namespace: "a", name: "b" },
    responseStatus: { code: 200 },
    ...fields,
  });

describe("an event of the API server's audit log", () => {
  it("is one request", () => {
    expect(parseEvent(event({}))).toEqual({
      verb: "patch",
      user: "system:serviceaccount:a:b",
      userAgent: "test",
      resource: "deployments",
      subresource: "status",
      apiGroup: "apps",
      namespace: "a",
      name: "b",
      path: "/apis/apps/v1/namespaces/a/deployments/b/status?dryRun=All&fieldManager=x",
      status: 200,
      dryRun: true,
    });
    expect(parseEvent(event({ requestURI: "/x?fieldSelector=dryRun%3D1" }))?.dryRun).toBe(false);
  });

  it("counts once: a watch when it begins, anything else when it ends", () => {
    const counts = (verb: string, stage: string) => parseEvent(event({ verb, stage })) !== undefined;
    expect(counts("watch", "ResponseStarted")).toBe(true);
    expect(counts("watch", "ResponseComplete")).toBe(false);
    expect(counts("get", "ResponseStarted")).toBe(false);
    expect(counts("get", "ResponseComplete")).toBe(true);
    expect(counts("get", "Panic")).toBe(true);
  });

  it("is counted by verb, resource and subresource, sorted", () => {
    const requests = [event({}), event({ verb: "get", objectRef: { resource: "secrets" } }), event({})];
    expect(JSON.stringify(countByVerb(requests.flatMap((line) => parseEvent(line) ?? [])))).toBe(
      '{"get secrets":1,"patch deployments/status":2}',
    );
  });
});

describe("an entry of OpenBao's audit file", () => {
  const entry = { type: "response", auth: { display_name: "root" }, request: { operation: "read", path: "kv1/a" } };

  it("is one request, counted when it is answered", () => {
    expect(parseEntry(JSON.stringify(entry))).toEqual({ operation: "read", path: "kv1/a", user: "root", error: "" });
    expect(parseEntry(JSON.stringify({ ...entry, type: "request" }))).toBeUndefined();
  });
});
