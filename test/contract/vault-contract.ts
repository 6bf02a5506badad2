import { onTarget, type Target } from "./target";
import { kvContract } from "./vault/kv";
import { loginContract } from "./vault/logins";
import { policyContract } from "./vault/policies";
import { quotaContract } from "./vault/quotas";

/** What a Vault has to do, whichever it is: the sandbox's or a real OpenBao. */
export function vaultContract(start: () => Promise<Target>): void {
  const open = onTarget(start);
  describe("secrets", () => kvContract(open));
  describe("policies", () => policyContract(open));
  describe("rate limits", () => quotaContract(open));
  describe("tokens and logins", () => loginContract(open));
}
