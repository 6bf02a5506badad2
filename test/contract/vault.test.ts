import { sandboxTarget } from "./sandbox-target";
import type { Target } from "./target";
import { kvContract } from "./vault/kv";
import { loginContract } from "./vault/logins";
import { policyContract } from "./vault/policies";

let target: Target;
beforeAll(async () => {
  target = await sandboxTarget();
});
afterAll(() => target.stop());

describe("secrets", () => kvContract(() => target));
describe("policies", () => policyContract(() => target));
describe("tokens and logins", () => loginContract(() => target));
