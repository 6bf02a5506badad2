import fc from "fast-check";
import {
  appSecret,
  consumer,
  environment,
  plan,
  problemsOf,
  team,
  type RolloutOptions,
  type WorkloadRef,
} from "keyturn";
import {
  formatRolloutPolicy,
  formatRolloutWindows,
  parseRolloutPolicy,
  parseRolloutWindows,
  untilWindow,
  WEEKDAYS,
  type RolloutPolicy,
  type RolloutWindow,
} from "../../api";
import { payments, shop } from "./fixtures";

const db = appSecret("db", { team: payments, keys: { USER: "db#username", PASSWORD: "db#password" } });
const api = appSecret("api", { team: payments, keys: { TOKEN: "api#token" } });
const deployment = (name: string): WorkloadRef => ({ kind: "Deployment", name });
const problems = (...declarations: Parameters<typeof problemsOf>[0][]): readonly string[] =>
  problemsOf(declarations.flatMap((each) => [...each])).map(({ path, message }) => `${path}: ${message}`);
const problemsWith = (options: unknown, workload = deployment("checkout")): readonly string[] =>
  problems([consumer(db, workload, options as RolloutOptions)]);

describe("the options of a rollout", () => {
  it("become annotations of the workload", () => {
    const options: RolloutOptions = {
      keys: ["PASSWORD"],
      windows: [
        { days: ["Fri", "Mon", "Tue", "Wed", "Thu"], from: "22:00", to: "04:00", timeZone: "Europe/Berlin" },
        { days: ["Sun", "Sat"], from: "00:00", to: "24:00" },
      ],
      approval: "required",
      after: [
        { kind: "StatefulSet", name: "queue" },
        { kind: "Deployment", name: "ledger" },
      ],
      deadline: "90s",
      strategy: "restart",
    };
    expect(plan([consumer(db, deployment("checkout"), options)]).consumers).toEqual([
      {
        environment: "prod",
        namespace: "payments",
        kind: "Deployment",
        name: "checkout",
        uses: [{ secret: "db", keys: ["PASSWORD"] }],
        onChange: "rollout",
        annotations: {
          "keyturn.dev/rollout-after": "deployment/ledger,statefulset/queue",
          "keyturn.dev/rollout-approval": "required",
          "keyturn.dev/rollout-deadline": "1m30s",
          "keyturn.dev/rollout-on": "db/PASSWORD",
          "keyturn.dev/rollout-strategy": "restart",
          "keyturn.dev/rollout-window": "Mon-Fri 22:00-04:00 Europe/Berlin; Sat,Sun 00:00-24:00 UTC",
        },
      },
    ]);
  });

  it("may be nothing", () => {
    expect(plan([consumer(db, deployment("checkout"))]).consumers[0]?.annotations).toEqual({
      "keyturn.dev/rollout-on": "db",
    });
  });

  it("of strategy none mean that pods take the values when they start next", () => {
    expect(plan([consumer(db, deployment("checkout"), { strategy: "none" })]).consumers[0]?.onChange).toBe("nextPods");
  });

  it("of several Secrets of one workload add up, in whatever order", () => {
    const declarations = [
      consumer(db, deployment("checkout"), { keys: ["USER"], deadline: "5m" }),
      consumer(api, deployment("checkout"), { approval: "required" }),
      consumer(db, deployment("checkout"), { keys: ["PASSWORD"], deadline: "300s" }),
    ];
    const [planned] = plan(declarations).consumers;
    expect(planned).toMatchObject({
      uses: [
        { secret: "api", keys: undefined },
        { secret: "db", keys: ["PASSWORD", "USER"] },
      ],
      annotations: {
        "keyturn.dev/rollout-approval": "required",
        "keyturn.dev/rollout-deadline": "5m0s",
        "keyturn.dev/rollout-on": "api,db/PASSWORD,db/USER",
      },
    });
    expect(JSON.stringify(plan([...declarations].reverse()))).toBe(JSON.stringify(plan(declarations)));
  });

  const wrong: readonly (readonly [unknown, readonly string[]])[] = [
    [
      { keys: [], window: [], windows: "always", approval: true, after: [], deadline: 5, strategy: "rolling" },
      [
        'rollout.window: is not a known field; did you mean "windows"?',
        "rollout.windows: must be a list, not string",
        'rollout.approval: must be "required", not a value of type boolean',
        "rollout.after: is empty; leave it out",
        "rollout.deadline: must be a text, not number",
        'rollout.strategy: must be "restart" or "none", not "rolling"',
        "rollout.keys: is empty; leave it out for all keys",
      ],
    ],
    [
      {
        windows: [
          { days: ["Mo", 1], from: "2:00", to: "24:01", timeZone: "Europe/Berln" },
          { days: [], from: "24:00", to: "02:00", timezone: "UTC" },
          { from: "02:00", to: "02:00", timeZone: "+01:00" },
          7,
        ],
      },
      [
        'rollout.windows[0].days[0]: "Mo" is not a day (Mon, Tue, Wed, Thu, Fri, Sat, Sun); did you mean "Mon"?',
        "rollout.windows[0].days[1]: a value of type number is not a day (Mon, Tue, Wed, Thu, Fri, Sat, Sun)",
        'rollout.windows[0].from: "2:00" is not a time from 00:00 to 23:59',
        'rollout.windows[0].to: "24:01" is not a time from 00:00 to 24:00',
        'rollout.windows[0].timeZone: "Europe/Berln" is not an IANA time zone like "Europe/Berlin"; did you mean "Europe/Berlin"?',
        'rollout.windows[1].timezone: is not a known field; did you mean "timeZone"?',
        "rollout.windows[1].days: is empty; leave it out",
        'rollout.windows[1].from: "24:00" is not a time from 00:00 to 23:59',
        'rollout.windows[2].to: is the time of from; a whole day is "00:00" to "24:00"',
        'rollout.windows[2].timeZone: "+01:00" is not an IANA time zone like "Europe/Berlin"',
        "rollout.windows[3]: must be an object, not number",
      ],
    ],
    [
      {
        after: [
          { kind: "CronJob", name: "nightly" },
          { kind: "Deployment", name: "Ledger", of: 1 },
        ],
        deadline: "1d",
      },
      [
        'rollout.after[0].kind: "CronJob" cannot be waited for; Deployment, StatefulSet, DaemonSet can',
        "rollout.after[1].of: is not a known field",
        'rollout.after[1].name: "Ledger" is not a Kubernetes object name (lower-case letters, digits, "-" and ".")',
        'rollout.deadline: "1d" is not a duration; write for example "5m", "1h30m" or "24h" (there are no days)',
      ],
    ],
    ["all", ["rollout: must be an object, not string"]],
  ];
  it.each(wrong)("%j are refused with every problem", (options, expected) => {
    expect(problemsWith(options)).toEqual(expected.map((line) => `AppSecret "db" › ${line}`));
  });

  it("that keyturn's reconciler does not carry out yet are refused where it is to run, instead of holding the workload for ever", () => {
    expect(problemsWith({ strategy: "versioned" })).toEqual([
      'AppSecret "db" › rollout.strategy: is not carried out by keyturn\'s reconciler yet: it would never roll the workload; leave it out',
    ]);
    const eso = environment("eso", {
      vault: { address: "https://v:8200", kv: { mount: "eso" }, login: { kubernetes: { mount: "k8s" } } },
      reconciler: { install: false },
    });
    const elsewhere = appSecret("db", { team: team(eso, "a", { namespaces: ["a"] }), keys: { A: "a#b" } });
    expect(problems([consumer(elsewhere, deployment("checkout"), { strategy: "versioned" } as never)])).toEqual([]);
  });
});

describe("CronJobs and Jobs", () => {
  it.each(["CronJob", "Job"] as const)("a %s is in the plan as one that is not rolled", (kind) => {
    expect(plan([consumer(db, { kind, name: "nightly" }, { keys: ["USER"] })]).consumers).toEqual([
      {
        environment: "prod",
        namespace: "payments",
        kind,
        name: "nightly",
        uses: [{ secret: "db", keys: ["USER"] }],
        onChange: "nextPods",
        annotations: {},
      },
    ]);
  });

  it("have no rollout that could be said anything of", () => {
    const options: RolloutOptions = { deadline: "5m", approval: "required", keys: ["USER"] };
    expect(problemsWith(options, { kind: "CronJob", name: "nightly" })).toEqual([
      'AppSecret "db" › rollout.approval: has no meaning for a CronJob: its next pods start with the new Secret; leave it out',
      'AppSecret "db" › rollout.deadline: has no meaning for a CronJob: its next pods start with the new Secret; leave it out',
    ]);
  });
});

describe("rollouts seen together", () => {
  const after = (...names: string[]): RolloutOptions => ({
    after: names.map((name) => ({ kind: "Deployment", name })),
  });

  it("that say different things of one workload are refused, with both places", () => {
    const lines = [
      'AppSecret "db" › rollout.deadline: of Deployment "checkout" is "10m0s", and in AppSecret "api" › rollout.deadline it is "5m0s"; a workload has one',
      'AppSecret "db" › rollout.windows: of Deployment "checkout" is "01:00-02:00 UTC", and in AppSecret "api" › rollout.windows it is "03:00-04:00 UTC"; a workload has one',
    ];
    const declarations = [
      consumer(db, deployment("checkout"), { deadline: "10m", windows: [{ from: "01:00", to: "02:00" }] }),
      consumer(api, deployment("checkout"), { deadline: "5m", windows: [{ from: "03:00", to: "04:00" }] }),
      consumer(api, deployment("other"), { deadline: "1m" }),
    ];
    expect(problems(declarations)).toEqual(lines);
    expect(problems([...declarations].reverse())).toEqual(lines);
  });

  it("in a cycle are refused, with the cycle", () => {
    const declarations = [
      consumer(db, deployment("checkout"), after("ledger", "elsewhere")),
      consumer(api, deployment("ledger"), after("mail")),
      consumer(api, deployment("mail"), after("ledger")),
      consumer(api, deployment("selfish"), after("selfish")),
    ];
    const lines = [
      'AppSecret "api" › rollout.after: of Deployment "ledger" is a cycle: ledger → mail → ledger; each would wait for the next for ever',
      'AppSecret "api" › rollout.after: of Deployment "selfish" is a cycle: selfish → selfish; each would wait for the next for ever',
    ];
    expect(problems(declarations)).toEqual(lines);
    expect(problems([...declarations].reverse())).toEqual(lines);
  });

  it("name kinds where a cycle has several", () => {
    const one = consumer(db, { kind: "StatefulSet", name: "ledger" }, after("ledger"));
    const two = consumer(db, deployment("ledger"), { after: [{ kind: "StatefulSet", name: "ledger" }] });
    expect(problems([one, two])).toEqual([
      'AppSecret "db" › rollout.after: of Deployment "ledger" is a cycle: deployment/ledger → statefulset/ledger → deployment/ledger; each would wait for the next for ever',
    ]);
  });

  it("of equal names in other namespaces and environments are other workloads", () => {
    const other = appSecret("other", { team: shop, namespace: "shop", keys: { A: "a#b" } });
    expect(problems([consumer(db, deployment("a"), after("b")), consumer(other, deployment("b"), after("a"))])).toEqual(
      [],
    );
  });

  it("may come after what no consumer declares: it may be of another repository", () => {
    expect(problems([consumer(db, deployment("checkout"), after("not-declared-here"))])).toEqual([]);
  });

  it("have a cycle exactly when their order has one, however long it is", () => {
    const size = 12;
    const name = (index: number): string => `w${index}`;
    const edges = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 16 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const reach = new Map<number, Set<number>>();
        for (const [from, to] of pairs) reach.set(from, (reach.get(from) ?? new Set()).add(to));
        const declarations = [...reach].map(([from, to]) =>
          consumer(db, deployment(name(from)), after(...[...to].map(name))),
        );
        const reachable = (from: number, seen = new Set<number>()): ReadonlySet<number> => {
          for (const to of reach.get(from) ?? [])
            if (!seen.has(to)) {
              seen.add(to);
              reachable(to, seen);
            }
          return seen;
        };
        const cyclic = [...reach.keys()].some((from) => reachable(from).has(from));
        const found = problems(declarations);
        expect(found.length > 0).toBe(cyclic);
        for (const line of found) {
          const cycle = (/is a cycle: ([^;]*);/.exec(line)?.[1] ?? "")
            .split(" → ")
            .map((step) => Number(step.slice(1)));
          expect(cycle.length).toBeGreaterThan(1);
          expect(cycle.at(-1)).toBe(cycle[0]);
          cycle.slice(1).forEach((to, index) => expect(reach.get(cycle[index] ?? -1)?.has(to)).toBe(true));
        }
      }),
    );
  });

  it("are followed without recursion", () => {
    const length = 8_000;
    const chain = Array.from({ length }, (_, index) =>
      consumer(db, deployment(`w${index}`), after(`w${(index + 1) % length}`)),
    );
    expect(problems(chain)).toHaveLength(1);
  });
});

const time = (end: boolean): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(23), fc.nat(59))
    .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`)
    .chain((written) => (end ? fc.constantFrom(written, "24:00") : fc.constant(written)));
const window: fc.Arbitrary<RolloutWindow> = fc
  .record({
    days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
    from: time(false),
    to: time(true),
    timeZone: fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns", "Etc/GMT+3", "Asia/Kathmandu"),
  })
  .filter(({ from, to }) => from !== to);
const policy: fc.Arbitrary<RolloutPolicy> = fc.record(
  {
    windows: fc.array(window, { minLength: 1, maxLength: 4 }),
    approval: fc.constant("required" as const),
    after: fc.array(
      fc.record({
        kind: fc.constantFrom("Deployment" as const, "StatefulSet" as const, "DaemonSet" as const),
        name: fc.constantFrom("a", "ledger", "x.y-z"),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    deadline: fc.integer({ min: 1000, max: 1e9 }),
    strategy: fc.constantFrom("restart" as const, "versioned" as const, "none" as const),
  },
  { requiredKeys: [] },
);

describe("the annotations", () => {
  it("that are written are read as the same, and writing them again gives the same bytes", () => {
    const sorted = <T>(values: readonly T[] | undefined): readonly string[] | undefined =>
      values && [...new Set(values.map((value) => JSON.stringify(value)))].sort();
    fc.assert(
      fc.property(policy, (declared) => {
        const written = formatRolloutPolicy(declared);
        const read = parseRolloutPolicy(written) as RolloutPolicy;
        const comparable = ({ windows, after, deadline, ...rest }: RolloutPolicy): unknown => ({
          ...rest,
          deadline: deadline === undefined ? undefined : Math.round(deadline),
          windows: sorted(windows),
          after: sorted(after?.map(({ kind, name }) => ({ kind, name }))),
        });
        expect(comparable(read)).toEqual(comparable(declared));
        expect(formatRolloutPolicy(read)).toEqual(written);
      }),
    );
  });

  it.each([
    ["Mon-Fri 02:00-04:00", "Mon-Fri 02:00-04:00 UTC"],
    ["sat-mon,WED 02:00-04:00 Europe/Berlin;00:00-24:00", "00:00-24:00 UTC; Mon,Wed,Sat,Sun 02:00-04:00 Europe/Berlin"],
    ["Mon,Tue,Thu-Sun 02:00-04:00 UTC", "Mon,Tue,Thu-Sun 02:00-04:00 UTC"],
  ])("read by hand-written windows %j mean %j", (text, canonical) => {
    expect(formatRolloutWindows(parseRolloutWindows(text) as readonly RolloutWindow[])).toBe(canonical);
  });

  it.each([
    ["keyturn.dev/rollout-window", "", "is not like Mon-Fri 02:00-04:00 Europe/Berlin"],
    ["keyturn.dev/rollout-window", "Mo-Fr 02:00-04:00", "is not like Mon-Fri 02:00-04:00 Europe/Berlin"],
    ["keyturn.dev/rollout-window", "02:00-04:00; ", "is not like Mon-Fri 02:00-04:00 Europe/Berlin"],
    ["keyturn.dev/rollout-window", "02:60-04:00", "is not like Mon-Fri 02:00-04:00 Europe/Berlin"],
    ["keyturn.dev/rollout-window", "02:00-02:00", "has a window that begins when it ends"],
    ["keyturn.dev/rollout-window", "02:00-03:00 Mars/Base", "names a time zone that is not known"],
    ["keyturn.dev/rollout-approval", "yes", "is not required, the only value it has"],
    ["keyturn.dev/rollout-after", "ledger", "is not a list like deployment/ledger,statefulset/queue"],
    ["keyturn.dev/rollout-after", "cronjob/x", "is not a list like deployment/ledger,statefulset/queue"],
    ["keyturn.dev/rollout-deadline", "soon", "is not a duration such as 5m"],
    ["keyturn.dev/rollout-strategy", "rolling", "is not one of restart, versioned, none"],
  ])("%s: %j %s", (name, value, reason) => {
    expect(parseRolloutPolicy({ [name]: value })).toBe(`${name} ${reason}`);
  });
});

describe("windows", () => {
  const MINUTE = 60_000;
  const at = (text: string): number => Date.parse(text);
  const parse = (text: string): readonly RolloutWindow[] => parseRolloutWindows(text) as readonly RolloutWindow[];

  // 2026-11-27 is a Friday; Berlin is one hour ahead of UTC in winter and two in summer.
  it.each([
    ["Fri 02:00-04:00 UTC", "2026-11-27T02:00:00Z", 0],
    ["Fri 02:00-04:00 UTC", "2026-11-27T03:59:59.999Z", 0],
    ["Fri 02:00-04:00 UTC", "2026-11-27T01:59:59.500Z", 500],
    ["Fri 02:00-04:00 UTC", "2026-11-27T04:00:00Z", (7 * 24 * 60 - 120) * MINUTE],
    ["Fri 22:00-04:00 UTC", "2026-11-28T03:59:00Z", 0],
    ["Fri 22:00-04:00 UTC", "2026-11-27T03:59:00Z", (18 * 60 + 1) * MINUTE],
    ["Sun 22:00-24:00 UTC", "2026-11-30T00:00:00Z", (7 * 24 - 2) * 60 * MINUTE],
    ["00:00-24:00 UTC", "2026-11-30T12:34:56Z", 0],
    ["Fri 02:00-04:00 Europe/Berlin", "2026-11-27T01:00:00Z", 0],
    ["Fri 02:00-04:00 Europe/Berlin", "2026-07-31T00:00:00Z", 0],
    ["Fri 02:00-04:00 Europe/Berlin", "2026-07-31T02:00:00Z", (7 * 24 - 2) * 60 * MINUTE],
    ["Sat 02:00-03:00 UTC; Fri 23:00-23:30 UTC", "2026-11-27T22:00:00Z", 60 * MINUTE],
  ])("%s at %s opens in %d ms", (windows, now, wait) => {
    expect(untilWindow(parse(windows), at(now))).toBe(wait);
  });

  it("that are waited for are open then, where clocks are not set in between", () => {
    fc.assert(
      fc.property(
        window.map((each) => ({ ...each, timeZone: "UTC" })),
        fc.integer({ min: at("2026-01-01"), max: at("2028-01-01") }),
        (one, now) => {
          const wait = untilWindow([one], now);
          expect(untilWindow([one], now + wait)).toBe(0);
          if (wait > 0) expect(untilWindow([one], now + wait - 1)).toBe(1);
        },
      ),
    );
  });
});
