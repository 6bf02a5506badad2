import { createHash } from "node:crypto";
import { ENVIRONMENT, type KubernetesObject } from "../../api";
import { MAIN } from "../model/environment";
import { collecting } from "../model/problems";
import { operatorForm, policyForm, roleForm, type OperatorForm } from "./config-operator-kinds";
import { readConfigOperator, type ConfigOperatorSpec, type ResolvedConfigOperator } from "./config-operator-spec";
import type { VaultDocuments, VaultWrite } from "./documents";
import { renderHcl, type PolicyDocument } from "./policy";
import { roleBody } from "./role";

/** What vault-config-operator cannot write, and why; to be written another way. */
export interface OperatorRest extends VaultWrite {
  readonly environment: string;
  /** Absent for `main`. */
  readonly vault?: string;
  readonly why: string;
}

/** The Vault half as objects of vault-config-operator, and what it has no form for. */
export interface ConfigOperatorDocuments {
  /** Kinds of `redhatcop.redhat.io/v1alpha1`, in the order in which they can succeed. */
  readonly manifests: readonly KubernetesObject[];
  readonly rest: readonly OperatorRest[];
}

/**
 * The documents of one environment's Vaults as objects of vault-config-operator (v0.8.9): mounts, auth methods and their settings, audit
 * devices, policies and roles. Rate limits have no kind there and are among `rest`.
 * @param hcl the text of a policy; default {@link renderHcl}
 * @throws DeclarationError when the settings are wrong
 */
export function configOperatorDocuments(
  documents: readonly VaultDocuments[],
  spec: ConfigOperatorSpec,
  hcl: (policy: PolicyDocument, documents: VaultDocuments) => string = (policy) => renderHcl(policy),
): ConfigOperatorDocuments {
  const manifests: KubernetesObject[] = [];
  const rest: OperatorRest[] = [];
  const environment = documents[0]?.environment ?? "";
  const settings = collecting((problems) => readConfigOperator(problems, environment, spec, documents.length < 2));
  for (const one of documents) {
    for (const { write, form } of formsOf(one, hcl)) {
      if ("cannot" in form) {
        const vault = one.vault === MAIN ? {} : { vault: one.vault };
        rest.push({ environment: one.environment, ...vault, ...write, why: form.cannot });
      } else manifests.push(manifestOf(one, settings, form));
    }
  }
  return { manifests, rest };
}

interface Formed {
  readonly write: VaultWrite;
  readonly form: OperatorForm;
}

function formsOf(
  documents: VaultDocuments,
  hcl: (policy: PolicyDocument, documents: VaultDocuments) => string,
): readonly Formed[] {
  const methods = new Map(
    documents.platform.flatMap(({ path, body }) =>
      path.startsWith("sys/auth/") ? [[path.slice("sys/auth/".length), String(body.type)] as const] : [],
    ),
  );
  return [
    ...documents.platform.map((write) => ({ write, form: operatorForm(write, methods) })),
    ...documents.policies.map((policy) => {
      const text = hcl(policy, documents);
      const write = { path: `sys/policies/acl/${policy.name}`, body: { policy: text } };
      return { write, form: policyForm(policy.name, text) };
    }),
    ...documents.roles.map((role) => ({
      write: { path: `auth/${role.mount}/role/${role.name}`, body: roleBody(role) },
      form: roleForm(role),
    })),
  ];
}

function manifestOf(
  documents: VaultDocuments,
  settings: ResolvedConfigOperator,
  { kind, name, spec }: Exclude<OperatorForm, { readonly cannot: string }>,
): KubernetesObject {
  const { environment, vault, address, namespace } = documents;
  const { connection, path, role, serviceAccount } = settings;
  return {
    apiVersion: "redhatcop.redhat.io/v1alpha1",
    kind,
    metadata: {
      // Environments and Vaults have no dots in their names: whatever is between two dots stays apart.
      name: [environment, ...(vault === MAIN ? [] : [vault]), ...name.map(slug)].join("."),
      namespace: settings.namespace,
      annotations: { ...(kind === "SecretEngineMount" ? KEPT : {}), [ENVIRONMENT]: environment },
    },
    spec: {
      authentication: {
        path,
        role,
        serviceAccount: { name: serviceAccount },
        ...(namespace === undefined ? {} : { namespace }),
      },
      ...(connection === undefined
        ? {}
        : {
            connection: {
              address: connection.address ?? address,
              ...(connection.tlsSecret === undefined
                ? {}
                : { tLSConfig: { tlsSecret: { name: connection.tlsSecret } } }),
            },
          }),
      ...spec,
    },
  };
}

/** The operator unmounts what is deleted, with every secret in it: nobody should do that by taking a file out of a repository. */
const KEPT = {
  "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
  "helm.sh/resource-policy": "keep",
  "kustomize.toolkit.fluxcd.io/prune": "disabled",
};

/** A path as part of an object's name; with a hash where something of it gets lost. */
function slug(path: string): string {
  const plain = path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 63)
    .replace(/-$/, "");
  if (plain === path) return plain;
  return `${plain}${plain === "" ? "" : "-"}${createHash("sha256").update(path).digest("hex").slice(0, 8)}`;
}
