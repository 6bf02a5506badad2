import { requirePeers } from "../peers";

// Imported before anything that needs the peers. The other two need @pulumi/pulumi, so that comes first.
/* eslint-disable @typescript-eslint/no-require-imports -- an import cannot be caught */
requirePeers("keyturn/pulumi", {
  "@pulumi/pulumi": () => void require("@pulumi/pulumi"),
  "@pulumi/kubernetes": () => void require("@pulumi/kubernetes"),
  "@pulumi/vault": () => void require("@pulumi/vault"),
});
