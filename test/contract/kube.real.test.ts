import { patchContract } from "./kube/apply";
import { customContract } from "./kube/custom";
import { objectContract } from "./kube/objects";
import { secretContract } from "./kube/secrets";
import { watchContract } from "./kube/watch";
import { realTarget } from "./real-target";
import type { Target } from "./target";

let target: Target;
beforeAll(async () => {
  target = await realTarget();
});
afterAll(() => target.stop());

describe("objects", () => objectContract(() => target));
describe("Secrets", () => secretContract(() => target));
describe("patches and apply", () => patchContract(() => target));
describe("custom kinds", () => customContract(() => target));
describe("watches and lists", () => watchContract(() => target));
