import { vaultContract } from "./vault-contract";
import { sandboxTarget } from "./sandbox-target";

vaultContract(sandboxTarget);
