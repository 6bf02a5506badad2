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
import { sandboxTarget } from "./sandbox-target";
import type { Target } from "./target";

let target: Target;
beforeAll(async () => {
  target = await sandboxTarget();
});
afterAll(() => target.stop());

describe("objects", () => objectContract(() => target));
describe("Secrets", () => secretContract(() => target));
describe("patches and apply", () => patchContract(() => target));
describe("custom objects", () => customContract(() => target));
describe("definitions and schemas", () => definitionContract(() => target));
describe("watches and lists", () => watchContract(() => target));
describe("how objects end", () => lifecycleContract(() => target));
describe("tokens and roles", () => accessContract(() => target));
describe("workloads", () => workloadContract(() => target));
describe("built-in kinds", () => kindContract(() => target));
