import { kubeContract } from "./kube-contract";
import { realTarget } from "./real-target";

kubeContract(realTarget);
