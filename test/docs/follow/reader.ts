import { appendFileSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { send as vault } from "../../bed/bao";
import { bed } from "../../bed/bed";
import { eventually } from "../../bed/eventually";
import { runPulumi } from "../../bed/pulumi";
import { run } from "../../e2e/processes";
import { kubectl } from "./kubectl";
import { install } from "./package";
import { missing, stepsOf } from "./page";

/** Where somebody who follows a page sits: an empty folder, a packed keyturn, and what stands in for servers of their own. */
export interface Desk {
  readonly dir: string;
  readonly tarball: string;
  /** Changes made to everything that is read from the page: names of the run's own, and what the test servers need otherwise. */
  readonly edits: readonly (readonly [from: string | RegExp, to: string])[];
  /** For the Pulumi CLI. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called after a command, as it stands on the page. */
  readonly after?: (command: string) => Promise<void>;
}

interface Hand extends Desk {
  /** What the page has exported. */
  readonly exported: Record<string, string>;
}

type StandIn = readonly [pattern: RegExp, act: (hand: Hand, ...groups: readonly string[]) => Promise<string> | string];

/**
 * What is done instead of a command, where it needs a registry, a cluster, a Vault or an answer. Everything else runs in a shell, as it
 * stands on the page.
 */
const STAND_INS: readonly StandIn[] = [
  [/^mkdir \w+ && cd \w+$/, () => ""],
  [/^npm install (.+)$/, ({ dir, tarball }, names = "") => installed(dir, names, tarball)],
  [/^npx cdk8s synth$/, (hand) => shell(hand, "npx cdk8s synth --check-upgrade=false")],
  [/^cp ~\/Downloads\/vault-ca\.pem (\S+)$/, ({ dir }, to = "") => copied(bed().bao.caFile, join(dir, to))],
  [/^export VAULT_(ADDR|TOKEN)=/, () => ""],
  [/^export (\w+)=(.*)$/, (hand, name = "", value = "") => exported(hand, name, value)],
  [/^pulumi config set kubernetesHost \S+$/, (hand) => pulumi(hand, `config set kubernetesHost ${bed().kube.server}`)],
  [/^pulumi (up|destroy)$/, (hand, verb = "") => pulumi(hand, `${verb} --yes --skip-preview`)],
  [/^pulumi (.+)$/, (hand, line = "") => pulumi(hand, line)],
  [/^vault kv put -mount=(\w+) (\S+) (.+)$/, (_, mount = "", path = "", pairs = "") => put(mount, path, pairs)],
  [/^kubectl (.+) > (\S+)$/, async (hand, line = "", to = "") => written(hand.dir, to, await kube(hand, line))],
  [/^kubectl (.+)$/, (hand, line = "") => kube(hand, line)],
  [/^echo '(.+)' >> (\S+)$/, ({ dir }, line = "", to = "") => appended(join(dir, to), `${line}\n`)],
];

/** Does what a page says, in its order. @throws Error at the first thing that is not as the page promises */
export async function follow(page: string, desk: Desk): Promise<void> {
  const hand: Hand = { ...desk, exported: {} };
  const edited = (text: string): string =>
    desk.edits.reduce((before, [from, to]) => before.replaceAll(from, () => to), text);
  for (const step of stepsOf(page)) {
    if (step.do === "write") {
      writeFileSync(join(desk.dir, step.file), edited(step.text));
      continue;
    }
    let output = "";
    for (const command of step.commands) {
      output += await act(hand, edited(command));
      await desk.after?.(command);
    }
    const promised = step.promised.map(edited);
    const last = edited(step.commands.at(-1) ?? "");
    // What a look at the cluster shows may take a moment.
    if (/^kubectl get (?!.*>)/.test(last))
      await eventually(
        `${page}: ${last}\n${promised.join("\n")}`,
        async () => (output = await act(hand, last)),
        (text) => missing(promised, text) === undefined,
      );
    const line = missing(promised, output);
    if (line !== undefined) throw new Error(`${page}: ${last}\npromises: ${line}\nprinted:\n${output}`);
  }
}

async function act(hand: Hand, command: string): Promise<string> {
  for (const [pattern, stand] of STAND_INS) {
    const [, ...groups] = pattern.exec(command) ?? [];
    if (pattern.test(command)) return `${await stand(hand, ...groups)}\n`;
  }
  return shell(hand, command);
}

async function shell({ dir, exported: more }: Hand, command: string): Promise<string> {
  const env = { ...process.env, ...more, npm_config_offline: "true", NO_COLOR: "1", FORCE_COLOR: "0" };
  const done = await run("sh", ["-c", command], { cwd: dir, env });
  if (done.code !== 0) throw new Error(`${command}: exit code ${done.code}\n${done.stdout}${done.stderr}`);
  return done.stdout + done.stderr;
}

async function pulumi({ dir, env = {}, exported: more }: Hand, line: string): Promise<string> {
  const done = await runPulumi(line.split(" "), { cwd: dir, env: { ...env, ...more } });
  if (done.code !== 0) throw new Error(`pulumi ${line}: exit code ${done.code}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

function kube({ dir }: Hand, line: string): Promise<string> {
  return kubectl(line, bed(), (name) => join(dir, name));
}

function installed(dir: string, names: string, tarball: string): string {
  const packages = names.split(" ").filter((name) => !name.startsWith("--"));
  install(dir, packages, tarball);
  return "";
}

function copied(from: string, to: string): string {
  copyFileSync(from, to);
  return "";
}

function written(dir: string, file: string, text: string): string {
  writeFileSync(join(dir, file), text);
  return "";
}

function appended(file: string, text: string): string {
  appendFileSync(file, text);
  return "";
}

function exported(hand: Hand, name: string, value: string): string {
  hand.exported[name] = value.replace("$PWD", hand.dir);
  return "";
}

async function put(mount: string, path: string, pairs: string): Promise<string> {
  const data = Object.fromEntries(pairs.split(" ").map((pair) => pair.split("=") as [string, string]));
  await vault("POST", `${mount}/data/${path}`, { data });
  return "";
}
