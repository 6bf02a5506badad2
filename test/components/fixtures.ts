import { environment, team, type DeclarationError } from "keyturn";

export const dev = environment("dev", {
  vault: {
    address: "https://vault.dev.example.com:8200",
    kv: { mount: "dev" },
    login: { kubernetes: { mount: "k8s-dev" } },
  },
});
export const prod = environment("prod", {
  vault: {
    address: "https://vault.prod.example.com:8200",
    kv: { mount: "prod", version: 2 },
    login: { kubernetes: { mount: "k8s-prod", audience: "vault-prod" } },
  },
});
export const payments = team(prod, "payments", { namespaces: ["payments"] });
export const shop = team(prod, "shop", { namespaces: ["shop", "shop-eu"], prefixes: ["shop", "shared/search"] });
export const devPayments = team(dev, "payments", { namespaces: ["payments-dev"] });

/** The lines of the DeclarationError that the function throws. */
export function refusal(declare: () => unknown): readonly string[] {
  try {
    declare();
  } catch (error) {
    if ((error as Error).name !== "DeclarationError") throw error;
    return (error as DeclarationError).message.split("\n");
  }
  return [];
}

/** Values that nothing keyturn writes, throws or returns may contain. */
export const CANARIES = [
  "canary-hunter2-plain",
  "-----BEGIN RSA PRIVATE KEY-----\nMIICANARY\n-----END RSA PRIVATE KEY-----",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.CANARYsignature",
  "postgres://app:CANARYpass@db.example.com:5432/app",
  "hvs.CANARYCAESIJ1234567890abcdefghij",
  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1",
  "4f9c2e7b1a8d4c3e9f5a6b7c8d9e0f1a",
] as const;
