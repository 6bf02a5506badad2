import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

// Test fixture: a store and an ExternalSecret, right or wrong as the config says.
const config = new pulumi.Config();
const namespace = config.require("namespace");

new k8s.apiextensions.CustomResource("vault", {
  apiVersion: "external-secrets.io/v1",
  kind: "SecretStore",
  metadata: { name: "vault", namespace },
  spec: {
    provider: {
      vault: {
        server: config.require("server"),
        path: "prod",
        auth: { kubernetes: { mountPath: "k8s-prod", role: "r", serviceAccountRef: { name: "s" } } },
      },
    },
  },
});

const made = new k8s.core.v1.ConfigMap("made", { metadata: { namespace }, data: { a: "b" } });
const key = config.get("key") ?? made.metadata.uid.apply((uid) => `payments/${uid}`);
new k8s.apiextensions.CustomResource("db", {
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
  metadata: { name: "db", namespace },
  spec: { secretStoreRef: { name: "vault" }, data: [{ secretKey: "A", remoteRef: { key, property: "p" } }] },
});

const password = config.getSecret("password");
if (password !== undefined) {
  new k8s.core.v1.Secret("literal", { metadata: { name: "literal", namespace }, stringData: { password } });
}
