import { requirePeers } from "../../../components/peers";

// Imported before anything that needs the peer.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import cannot be caught
requirePeers("keyturn's policy pack", { "@pulumi/policy": () => void require("@pulumi/policy") });
