import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KeyturnError } from "../api";

/** Peers by name, each with what loads it: a literal `require`, which bundlers can follow. */
export type Peers = Readonly<Record<string, () => unknown>>;

/**
 * Loads the packages that a part of keyturn needs and does not bring, before anything that imports them: a missing one is said in words, with
 * the command that installs it. In an order in which each comes before those that need it.
 * @throws KeyturnError `PeerMissing`; what else goes wrong in a peer is thrown as it is
 */
export function requirePeers(subpath: string, peers: Peers): void {
  const missing = new Map<string, unknown>();
  for (const load of Object.values(peers)) {
    try {
      load();
    } catch (error) {
      const peer = missingOf(error);
      // Something else that a peer itself misses is not ours to explain.
      if (peer === undefined || !Object.hasOwn(peers, peer)) throw error;
      missing.set(peer, missing.get(peer) ?? error);
    }
  }
  if (missing.size === 0) return;
  const names = [...missing.keys()];
  const [cause] = missing.values();
  throw new KeyturnError(
    {
      code: "PeerMissing",
      object: subpath,
      cause: `needs the package${names.length === 1 ? "" : "s"} ${names.join(", ")}, not installed here`,
      remedy: `npm install ${names.map(withRange).join(" ")}`,
    },
    { cause },
  );
}

function missingOf(error: unknown): string | undefined {
  const { code, message } = error as Partial<NodeJS.ErrnoException>;
  return code === "MODULE_NOT_FOUND" ? /^Cannot find module '([^']+)'/.exec(message ?? "")?.[1] : undefined;
}

/** As this package's peerDependencies have it: its package.json is above the sources, and further above `dist`. */
function withRange(name: string): string {
  for (const up of ["..", "../.."]) {
    try {
      const manifest = JSON.parse(readFileSync(join(__dirname, up, "package.json"), "utf8")) as {
        readonly peerDependencies?: Readonly<Record<string, string>>;
      };
      const range = manifest.peerDependencies?.[name];
      if (range !== undefined) return `"${name}@${range}"`;
    } catch {
      continue;
    }
  }
  return name;
}
