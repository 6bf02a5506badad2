import { kubeContract } from "./kube-contract";
import { sandboxTarget } from "./sandbox-target";

kubeContract(sandboxTarget);
