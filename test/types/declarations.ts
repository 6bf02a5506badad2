/**
 * What has to compile, and what must not: `tsc` is the test. An unused `@ts-expect-error` is an error too.
 */
import { App, Chart } from "cdk8s";
import { appSecret, environment, reconciler, store, team, teamAccess, type Environment, type Team } from "keyturn";
import * as constructs from "keyturn/cdk8s";
import * as components from "keyturn/pulumi";

const vault = { address: "https://v:8200", kv: { mount: "kv" }, login: { kubernetes: { mount: "k8s" } } };
const dev = environment("dev", { vault });
const prod = environment("prod", { vault });
const devTeam = team(dev, "payments", { namespaces: ["payments"] });
const prodTeam = team(prod, "payments", { namespaces: ["payments"] });
const keys = { A: "db#a" };

// The name of the environment is part of the type.
export const exact: Environment<"prod"> = prod;
export const any: readonly Team[] = [devTeam, prodTeam];
// @ts-expect-error dev is not prod
export const wrongEnvironment: Environment<"prod"> = dev;
// @ts-expect-error a team of dev is not a team of prod
export const wrongTeam: Team<"prod"> = devTeam;

// Declarations.
const devStore = store("dev", { team: devTeam });
const prodStore = store("prod", { team: prodTeam });
const prodSecret = appSecret("db", { team: prodTeam, store: prodStore, keys });
// @ts-expect-error a store of dev does not fit a team of prod
appSecret("db", { team: prodTeam, store: devStore, keys });
teamAccess("a", { team: prodTeam, secrets: [prodSecret] });
// @ts-expect-error a secret of prod does not fit the access of a dev team
teamAccess("a", { team: devTeam, secrets: [prodSecret] });
// @ts-expect-error a reconciler of prod does not work for a team of dev
reconciler("r", { environment: prod, teams: [prodTeam, devTeam], bundle: "" });
// @ts-expect-error there is no such login
environment("e", { vault: { ...vault, login: { password: "x" } } });
// @ts-expect-error a value is no key
appSecret("db", { team: prodTeam, keys: { A: 1 } });
// None makes no Secret: what else fills it is another story.
appSecret("db", { team: prodTeam, keys, creationPolicy: "None" });

// The cdk8s constructs.
const chart = new Chart(new App(), "chart");
const store8 = new constructs.Store(chart, "prod", { team: prodTeam });
const secret8 = new constructs.AppSecret(chart, "db", { team: prodTeam, store: store8, keys });
chart.with(secret8.rollout({ keys: ["A"] }));
// @ts-expect-error a store of prod does not fit a team of dev
new constructs.AppSecret(chart, "dev", { team: devTeam, store: store8, keys });
// @ts-expect-error a team of dev does not fit a reconciler of prod
new constructs.Reconciler(chart, "r", { environment: prod, teams: [devTeam] });
secret8.rolloutFor({ kind: "CronJob", name: "x" });
// @ts-expect-error nothing of a Pod is rolled, and it starts nothing
secret8.rolloutFor({ kind: "Pod", name: "x" });
// @ts-expect-error is not carried out yet
secret8.rollout({ strategy: "versioned" });
// @ts-expect-error the keys are those that are used
secret8.use({ env: ["A"] }).rollout({ keys: ["A"] });

// The Pulumi components.
const storeP = new components.Store("prod", { team: prodTeam });
const secretP = new components.AppSecret("db", { team: prodTeam, store: storeP, keys });
new components.TeamAccess("prod", { team: prodTeam, secrets: [secretP, prodSecret] });
// @ts-expect-error a store of prod does not fit a team of dev
new components.AppSecret("dev", { team: devTeam, store: storeP, keys });
// @ts-expect-error a secret of prod does not fit the access of a dev team
new components.TeamAccess("dev", { team: devTeam, secrets: [secretP] });
// A store of either adapter or of the model fits all of them.
new components.AppSecret("mixed", { team: prodTeam, store: prodStore, keys });
