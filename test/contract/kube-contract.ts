import { accessContract } from "./kube/access";
import { patchContract } from "./kube/apply";
import { customContract } from "./kube/custom";
import { definitionContract } from "./kube/definitions";
import { kindContract } from "./kube/kinds";
import { lifecycleContract } from "./kube/lifecycle";
import { objectContract } from "./kube/objects";
import { secretContract } from "./kube/secrets";
import { watchContract } from "./kube/watch";
import { workloadContract } from "./kube/workloads";
import { onTarget, type Target } from "./target";

/** What a cluster has to do, whichever it is: the sandbox's or the real one. */
export function kubeContract(start: () => Promise<Target>): void {
  const open = onTarget(start);
  describe("objects", () => objectContract(open));
  describe("Secrets", () => secretContract(open));
  describe("patches and apply", () => patchContract(open));
  describe("custom objects", () => customContract(open));
  describe("definitions and schemas", () => definitionContract(open));
  describe("watches and lists", () => watchContract(open));
  describe("how objects end", () => lifecycleContract(open));
  describe("tokens and roles", () => accessContract(open));
  describe("workloads", () => workloadContract(open));
  describe("built-in kinds", () => kindContract(open));
}
