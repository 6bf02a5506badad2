import "./peers";
import { PolicyPack } from "@pulumi/policy";
import { keyturnPolicies } from "..";

// The one place that starts a pack: PolicyPack's constructor serves at once, and a process serves one.
new PolicyPack("keyturn", {
  description: "keyturn's rules: environments kept apart, teams kept to their paths, no secret values in a stack.",
  policies: keyturnPolicies(),
});
