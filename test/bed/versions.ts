import type { BinaryName } from "./tools";

/** How to ask a binary for its version. */
export const versionArguments: Readonly<Record<BinaryName, readonly string[]>> = {
  etcd: ["--version"],
  "kube-apiserver": ["--version"],
  "kube-controller-manager": ["--version"],
  kwok: ["--version"],
  pulumi: ["version"],
  bao: ["version"],
};

const patterns: Readonly<Record<BinaryName, RegExp>> = {
  etcd: /^etcd Version: (\d+\.\d+\.\d+\S*)/m,
  "kube-apiserver": /^Kubernetes v(\d+\.\d+\.\d+\S*)/m,
  "kube-controller-manager": /^Kubernetes v(\d+\.\d+\.\d+\S*)/m,
  kwok: /^kwok version v(\d+\.\d+\.\d+\S*)/m,
  pulumi: /^v(\d+\.\d+\.\d+\S*)/m,
  bao: /^OpenBao v(\d+\.\d+\.\d+[^\s,]*)/m,
};

/** The version in what the binary printed, without a leading `v`; undefined when it is another program. */
export function parseVersion(binary: BinaryName, output: string): string | undefined {
  return patterns[binary].exec(output)?.[1];
}

/** True when `version` is at least `minimum`, both `major.minor` or longer. */
export function isAtLeast(version: string, minimum: string): boolean {
  const left = version.split(/[.+-]/).map(Number);
  for (const [index, right] of minimum.split(".").map(Number).entries()) {
    const difference = (left[index] ?? 0) - right;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
