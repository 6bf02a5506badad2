import { vaultContract } from "./vault-contract";
import { realTarget } from "./real-target";

vaultContract(realTarget);
