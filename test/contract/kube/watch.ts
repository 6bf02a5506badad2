import type { Stream, WatchLine } from "../http";
import { base64, expectStatus, freshNamespace, MERGE, METADATA, METADATA_LIST, type Target } from "../target";

const INITIAL = "watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
const isEnd = ({ type, object }: WatchLine): boolean =>
  type === "BOOKMARK" && object.metadata.annotations?.["k8s.io/initial-events-end"] === "true";
const named =
  (type: string, name: string) =>
  (line: WatchLine): boolean =>
    line.type === type && line.object.metadata.name === name;
const summary = (lines: readonly WatchLine[]): readonly string[] =>
  lines.filter(({ type }) => type !== "BOOKMARK").map(({ type, object }) => `${type} ${object.metadata.name}`);

/** Watches as the informer uses them, and lists. */
export function watchContract(open: () => Target): void {
  let namespace = "";
  const streams: Stream[] = [];
  const secrets = (rest = ""): string => `/api/v1/namespaces/${namespace}/secrets${rest}`;
  const watch = (path: string, headers: Readonly<Record<string, string>> = {}): Stream => {
    const stream = open().kube.stream(path, headers);
    streams.push(stream);
    return stream;
  };
  const make = async (name: string, labels: object = {}): Promise<string> => {
    const { status, json } = await open().kube.ask("POST", secrets(), {
      body: { metadata: { name, labels }, data: { k: base64("v") } },
    });
    expect(status).toBe(201);
    return json.metadata.resourceVersion;
  };
  const label = (name: string, labels: object) =>
    open().kube.ask("PATCH", secrets(`/${name}`), { body: { metadata: { labels } }, headers: MERGE });

  beforeEach(async () => {
    namespace = await freshNamespace(open());
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });

  test("a watch with initial events brings the state, a bookmark that ends it, then the changes", async () => {
    await make("one");
    await make("two");
    const stream = watch(secrets(`?${INITIAL}`));
    const end = await stream.find("the end of the initial events", isEnd);
    expect([end.object.kind, end.object.apiVersion]).toEqual(["Secret", "v1"]);
    expect([...summary(stream.lines)].sort()).toEqual(["ADDED one", "ADDED two"]);
    await make("three");
    await label("one", { x: "y" });
    await open().kube.ask("DELETE", secrets("/two"));
    await stream.find("the deletion", named("DELETED", "two"));
    expect(summary(stream.lines.slice(2))).toEqual(["ADDED three", "MODIFIED one", "DELETED two"]);
    const versions = stream.lines.slice(3).map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  test("a watch resumes after the resourceVersion it is given, missing nothing and repeating nothing", async () => {
    await make("before");
    const from = await make("known");
    await label("known", { x: "1" });
    await make("after");
    const stream = watch(secrets(`?watch=1&resourceVersion=${from}`));
    await stream.find("the last change", named("ADDED", "after"));
    expect(summary(stream.lines)).toEqual(["MODIFIED known", "ADDED after"]);
    const bookmark = await stream.find("a change", named("ADDED", "after"));
    await make("later");
    const second = watch(secrets(`?watch=1&resourceVersion=${bookmark.object.metadata.resourceVersion}`));
    await second.find("the newest", named("ADDED", "later"));
    expect(summary(second.lines)).toEqual(["ADDED later"]);
  });

  test("the bookmark's resourceVersion is a place to resume from", async () => {
    await make("old");
    const stream = watch(secrets(`?${INITIAL}`));
    const end = await stream.find("the end of the initial events", isEnd);
    stream.close();
    await make("new");
    const resumed = watch(secrets(`?watch=1&resourceVersion=${end.object.metadata.resourceVersion}`));
    await resumed.find("the new one", named("ADDED", "new"));
    expect(summary(resumed.lines)).toEqual(["ADDED new"]);
  });

  test("a resourceVersion that is too old is an ERROR event with 410 Expired, then the end", async () => {
    const stream = watch("/apis/external-secrets.io/v1/externalsecrets?watch=1&resourceVersion=1");
    const error = await stream.find("the error", ({ type }: WatchLine) => type === "ERROR");
    expect([stream.status, error.object]).toEqual([
      200,
      expect.objectContaining({ kind: "Status", reason: "Expired", code: 410 }),
    ]);
    await stream.closed();
  });

  test("timeoutSeconds ends a watch cleanly", async () => {
    const stream = watch(secrets("?watch=1&timeoutSeconds=1"));
    await stream.closed();
    expect([stream.status, stream.lines.filter((line) => line.type === "ERROR")]).toEqual([200, []]);
  });

  test("a selector's watch sees an object come when it starts to fit, and go when it stops", async () => {
    await make("moving");
    const stream = watch(secrets(`?${INITIAL}&labelSelector=${encodeURIComponent("team=payments")}`));
    await stream.find("the end of the initial events", isEnd);
    await label("moving", { team: "payments" });
    await stream.find("its coming", named("ADDED", "moving"));
    await label("moving", { team: "payments", more: "1" });
    await stream.find("its change", named("MODIFIED", "moving"));
    const left = await label("moving", { team: "other" });
    const gone = await stream.find("its going", named("DELETED", "moving"));
    expect(gone.object.metadata).toMatchObject({
      labels: { team: "payments", more: "1" },
      resourceVersion: left.json.metadata.resourceVersion,
    });
    expect(summary(stream.lines)).toEqual(["ADDED moving", "MODIFIED moving", "DELETED moving"]);
  });

  test("a watch can follow one object by name", async () => {
    await make("mine");
    await make("other");
    const stream = watch(secrets(`?${INITIAL}&fieldSelector=${encodeURIComponent("metadata.name=mine")}`));
    await stream.find("the end of the initial events", isEnd);
    await label("other", { x: "y" });
    await label("mine", { x: "y" });
    await stream.find("its change", named("MODIFIED", "mine"));
    expect(summary(stream.lines)).toEqual(["ADDED mine", "MODIFIED mine"]);
  });

  test("a metadata-only watch with a label selector brings labels and annotations, never data", async () => {
    await make("managed", { managed: "true" });
    await make("foreign");
    const stream = watch(secrets(`?${INITIAL}&labelSelector=managed%3Dtrue`), METADATA);
    await stream.find("the end of the initial events", isEnd);
    await label("managed", { x: "y" });
    const changed = await stream.find("the change", named("MODIFIED", "managed"));
    expect([changed.object.kind, changed.object.apiVersion, changed.object.data]).toEqual([
      "PartialObjectMetadata",
      "meta.k8s.io/v1",
      undefined,
    ]);
    expect(changed.object.metadata.labels).toEqual({ managed: "true", x: "y" });
    expect(summary(stream.lines)).toEqual(["ADDED managed", "MODIFIED managed"]);
    expect(JSON.stringify(stream.lines)).not.toContain(base64("v"));
    expect(JSON.stringify(stream.lines.filter((line) => isEnd(line)))).toContain("PartialObjectMetadata");
  });

  test("a watch over all namespaces sees each", async () => {
    const selector = `unique-${namespace}`;
    const stream = watch(`/api/v1/secrets?${INITIAL}&labelSelector=${selector}`);
    await stream.find("the end of the initial events", isEnd);
    await make("wide", { [selector]: "1" });
    await stream.find("it", named("ADDED", "wide"));
    expect(summary(stream.lines)).toEqual(["ADDED wide"]);
  });

  test.each([
    ["sendInitialEvents without a match", "watch=1&sendInitialEvents=true"],
    ["a match without sendInitialEvents", "watch=1&resourceVersionMatch=NotOlderThan"],
    ["sendInitialEvents for a list", "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=1"],
    ["a list with a match but no version", "resourceVersionMatch=Exact"],
  ])("%s is 422 Invalid", async (_, query) => {
    const refused = await open().kube.ask("GET", secrets(`?${query}`));
    expectStatus(refused, 422, "Invalid");
    expect(refused.json.details.kind).toBe("ListOptions");
  });

  test("a resourceVersion that is no number and a selector that cannot be read are refused", async () => {
    const { kube } = open();
    expect((await kube.ask("GET", secrets("?watch=1&resourceVersion=abc"))).status).toBe(500);
    expectStatus(await kube.ask("GET", secrets("?labelSelector=a%20in")), 400, "BadRequest");
  });

  test.each([
    ["team=a", ["a1", "a2"]],
    ["team==a,tier!=db", ["a2"]],
    ["team in (a,b),tier", ["a1"]],
    ["team notin (a)", ["b1", "none"]],
    ["!team", ["none"]],
    ["team,!tier", ["a2", "b1"]],
  ])("the label selector %p", async (selector, names) => {
    await make("a1", { team: "a", tier: "db" });
    await make("a2", { team: "a" });
    await make("b1", { team: "b" });
    await make("none");
    const { json } = await open().kube.ask("GET", secrets(`?labelSelector=${encodeURIComponent(selector)}`));
    expect(json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(names);
  });

  test("a list is paged by limit and continue, every page of the first one's state", async () => {
    const { kube } = open();
    for (const name of ["p1", "p2", "p3"]) await make(name);
    const first = await kube.ask("GET", secrets("?limit=2"));
    expect([first.json.kind, first.json.items.length, first.json.metadata.remainingItemCount]).toEqual([
      "SecretList",
      2,
      1,
    ]);
    const [item] = first.json.items;
    expect([item?.kind, item?.apiVersion, item?.metadata.name]).toEqual([undefined, undefined, "p1"]);
    await make("p4");
    await open().kube.ask("DELETE", secrets("/p3"));
    const token = encodeURIComponent(first.json.metadata.continue);
    const second = await kube.ask("GET", secrets(`?limit=2&continue=${token}`));
    expect([
      second.json.items.map((entry: { metadata: { name: string } }) => entry.metadata.name),
      second.json.metadata.continue ?? "",
      second.json.metadata.resourceVersion,
    ]).toEqual([["p3"], "", first.json.metadata.resourceVersion]);
    expectStatus(await kube.ask("GET", secrets(`?limit=2&continue=${token}&resourceVersion=5`)), 400, "BadRequest");
    expectStatus(await kube.ask("GET", secrets("?limit=2&continue=abc")), 400, "BadRequest");
  });

  test("a list can be metadata only; an unknown representation is 406", async () => {
    const { kube } = open();
    await make("meta", { a: "b" });
    const { json, text } = await kube.ask("GET", secrets(), { headers: METADATA_LIST });
    expect([json.kind, json.apiVersion, json.items[0]?.kind, json.items[0]?.metadata.labels]).toEqual([
      "PartialObjectMetadataList",
      "meta.k8s.io/v1",
      "PartialObjectMetadata",
      { a: "b" },
    ]);
    expect(text).not.toContain(base64("v"));
    const one = await kube.ask("GET", secrets("/meta"), { headers: METADATA });
    expect([one.json.kind, one.json.data]).toEqual(["PartialObjectMetadata", undefined]);
    expectStatus(
      await kube.ask("GET", secrets("/meta"), { headers: { Accept: "application/xml" } }),
      406,
      "NotAcceptable",
    );
  });

  test("a resourceVersion of the future is 504 Timeout for a list", async () => {
    const refused = await open().kube.ask(
      "GET",
      secrets("?resourceVersion=999999999&resourceVersionMatch=NotOlderThan"),
    );
    expectStatus(refused, 504, "Timeout");
    expect(refused.json.details.causes[0]?.reason).toBe("ResourceVersionTooLarge");
  });
}
