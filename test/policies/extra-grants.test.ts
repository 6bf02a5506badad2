import type { EnvironmentData, ExtraGrant } from "../../api";
import { hideValue, UNKNOWN } from "../../policies";
import { dev, externalSecret, judgeObjects, NOW, prod, said, stage, store } from "./fixtures";

const reason = "Partner API until PAY-12";
/** Judged on 2026-11-24. */
const judged = (alsoReads: readonly ExtraGrant[], ...objects: readonly unknown[]): readonly string[] =>
  said(judgeObjects(objects, { environments: environmentsWith(alsoReads) }));

function environmentsWith(alsoReads: readonly ExtraGrant[]): readonly EnvironmentData[] {
  const teams = prod.teams.map((team) => (team.name === "payments" ? { ...team, alsoReads } : team));
  return [{ ...prod, teams }, dev, stage];
}

const reads = (...keys: readonly unknown[]) => externalSecret({ namespace: "payments", keys });
const path = (key: string, until: string): ExtraGrant => ({ path: key, reason, until });
const prefix = (key: string, until: string): ExtraGrant => ({ prefix: key, reason, until });
const LATER = "2027-03-31";
const AT = "spec.data[0].remoteRef.key";

describe("an extra grant of the team", () => {
  test("of a path covers exactly that path", () => {
    expect(judged([path("shared/api", LATER)], reads("shared/api", "prod/shared/api", "payments/db"))).toEqual([]);
    expect(judged([path("shared/api", LATER)], reads("shared/api/x", "shared/api2", "shared"))).toEqual(
      ["shared/api/x", "shared/api2", "shared"].map(
        (key, index) =>
          `STO006 spec.data[${index}].remoteRef.key: "prod/${key}" is outside what team "payments" may read: prod/payments, prod/shared/api`,
      ),
    );
  });

  test("of a prefix covers what is below it", () => {
    expect(judged([prefix("shared", LATER)], reads("shared", "shared/api/x"))).toEqual([]);
    expect(judged([prefix("shared", LATER)], reads("shared2"))).toEqual([
      `STO006 ${AT}: "prod/shared2" is outside what team "payments" may read: prod/payments, prod/shared/*`,
    ]);
  });

  test("of a path does not let find list below it, one of a prefix does", () => {
    const find = externalSecret({ namespace: "payments", spec: { dataFrom: [{ find: { path: "shared/api" } }] } });
    expect(judged([path("shared/api", LATER)], find)).toEqual([
      'STO006 spec.dataFrom[0].find.path: "prod/shared/api" is outside what team "payments" may read: prod/payments, prod/shared/api',
    ]);
    expect(judged([prefix("shared/api", LATER)], find)).toEqual([]);
  });

  test("is no other team's", () => {
    const other = externalSecret({ namespace: "billing", keys: ["shared/api"] });
    expect(judged([path("shared/api", LATER)], other)).toEqual([
      `STO006 ${AT}: "prod/shared/api" is outside what team "billing" may read: prod/billing, prod/common/mail`,
    ]);
  });
});

describe("ACC001 and ACC002: the last day of an extra grant", () => {
  const message = (when: string) =>
    `"prod/shared/api" is read by the extra grant shared/api of team "payments", which ${when}`;
  test.each<[string, string, readonly string[]]>([
    ["yesterday", "2026-11-23", [`ACC001 ${AT}: ${message("ended on 2026-11-23")}`]],
    ["today, which counts whole", "2026-11-24", [`ACC002 ${AT}: ${message("ends on 2026-11-24, today")}`]],
    ["tomorrow", "2026-11-25", [`ACC002 ${AT}: ${message("ends on 2026-11-25, tomorrow")}`]],
    ["in 14 days", "2026-12-08", [`ACC002 ${AT}: ${message("ends on 2026-12-08, in 14 days")}`]],
    ["in 15 days", "2026-12-09", []],
  ])("%s", (_, until, expected) => {
    expect(judged([path("shared/api", until)], reads("shared/api"))).toEqual(expected);
  });

  test("the day is that of the run, in UTC", () => {
    const environments = environmentsWith([path("shared/api", "2026-11-24")]);
    const at = (now: string) => said(judgeObjects([reads("shared/api")], { environments, now: new Date(now) }));
    expect(at("2026-11-24T23:59:59Z")[0]).toContain("ACC002");
    expect(at("2026-11-25T00:00:00Z")[0]).toContain("ACC001");
  });

  test("is of no interest while nothing uses the grant", () => {
    expect(judged([path("shared/api", "2020-01-01")], reads("payments/db"))).toEqual([]);
  });

  test("is that of the grant that lasts longest, whatever the order", () => {
    const grants = [path("shared/api", "2026-11-01"), prefix("shared", LATER)];
    expect(judged(grants, reads("shared/api"))).toEqual([]);
    expect(judged([...grants].reverse(), reads("shared/api"))).toEqual([]);
  });

  test("every read has its finding, those of the team itself have none", () => {
    const grants = [path("shared/api", "2026-11-01"), prefix("lent", "2026-11-30")];
    expect(judged(grants, reads("payments/db", "shared/api", "lent/a"))).toEqual([
      'ACC001 spec.data[1].remoteRef.key: "prod/shared/api" is read by the extra grant shared/api of team "payments", which ended on 2026-11-01',
      'ACC002 spec.data[2].remoteRef.key: "prod/lent/a" is read by the extra grant lent/* of team "payments", which ends on 2026-11-30, in 6 days',
    ]);
  });

  test("holds in the Vault and mount of the store", () => {
    const grants = [path("shared/api", "2026-11-01")];
    const other = store({ namespace: "payments", vault: { server: prod.vault.address, path: "elsewhere" } });
    expect(judged(grants, reads("shared/api"), other)).toEqual([
      `STO006 ${AT}: "elsewhere/shared/api" is outside what team "payments" may read: prod/payments, prod/shared/api`,
    ]);
  });

  test("what is not known yet is unknown where a team has extra grants", () => {
    const unknown = (rule: string) => `? ${rule} ${AT}: the key is not known yet`;
    expect(judged([path("shared/api", LATER)], reads(UNKNOWN))).toEqual(["ACC001", "ACC002", "STO006"].map(unknown));
    expect(judged([], reads(UNKNOWN))).toEqual([unknown("STO006")]);
  });

  test("can be put aside like every finding, and a host that shows no values shows none", () => {
    const environments = environmentsWith([path("shared/api", "2026-11-01")]);
    const annotations = { "keyturn.dev/ignore-ACC001": "moved by PAY-13; until=2026-12-31" };
    const object = externalSecret({ namespace: "payments", keys: ["shared/api"], annotations });
    const report = judgeObjects([object], { environments, now: NOW, show: hideValue });
    expect(report.findings).toEqual([]);
    expect(report.suppressed.map(({ message: text }) => text)).toEqual([
      '(not shown) is read by the extra grant shared/api of team "payments", which ended on 2026-11-01',
    ]);
  });
});
