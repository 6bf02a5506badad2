import { readFileSync } from "node:fs";
import { bed } from "../bed";
import { target, type Target } from "./target";

/** The contract's target on the real servers of the bed. */
export async function realTarget(): Promise<Target> {
  const { kube, bao } = bed();
  return target({
    name: "real",
    kube: { server: kube.server, ca: readFileSync(kube.caFile, "utf8"), token: kube.token },
    vault: { address: bao.address, ca: readFileSync(bao.caFile, "utf8"), token: bao.rootToken },
    neverReady: { "bed.keyturn.dev/pods": "never-ready" },
    stop: async () => undefined, // the bed serves the whole run
  });
}
