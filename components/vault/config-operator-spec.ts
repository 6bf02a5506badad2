import type { Problem } from "../../api";
import { label, objectName, record, text } from "../model/fields";
import { Place } from "../model/problems";
import { quote } from "../model/secret-like";

/** How vault-config-operator (redhat-cop) is to write a Vault: where its objects lie, and how it logs in. */
export interface ConfigOperatorSpec {
  /** Namespace of the objects. The ServiceAccount by whose token the operator logs in is there too. */
  readonly namespace: string;
  /** How the operator logs in to the Vault, by Vault's Kubernetes auth method. It is there before anything that is written here. */
  readonly authentication: {
    /** Role of Vault that may write everything that is declared: see docs/vault-half.md. */
    readonly role: string;
    /** Where the auth method is mounted. Default `kubernetes`. */
    readonly path?: string;
    /** ServiceAccount in `namespace`. Default `default`. */
    readonly serviceAccount?: string;
  };
  /** How the operator reaches the Vault. Default: at the address of the declared Vault; `false`: at its own default one. */
  readonly connection?: ConfigOperatorConnection | false;
}

/** How vault-config-operator reaches a Vault. */
export interface ConfigOperatorConnection {
  /** Default: the address of the declared Vault. */
  readonly address?: string;
  /** Secret in the namespace of the objects with the CA of the Vault in the key `ca.crt`. Default: the CAs of the operator's pod. */
  readonly tlsSecret?: string;
}

/** The settings of {@link ConfigOperatorSpec}, each judged. */
export interface ResolvedConfigOperator {
  readonly namespace: string;
  readonly role: string;
  readonly path: string;
  readonly serviceAccount: string;
  readonly connection: ConfigOperatorConnection | undefined;
}

/** Reads the settings for one environment. @param alone whether the environment has one Vault only */
export function readConfigOperator(
  problems: Problem[],
  environment: string,
  spec: unknown,
  alone: boolean,
): ResolvedConfigOperator {
  const place = Place.of(problems, "configOperator", environment);
  const fields = record(place, spec) ?? {};
  place.onlyFields(fields, ["namespace", "authentication", "connection"]);
  const at = place.at("authentication");
  const login = record(at, fields.authentication) ?? {};
  at.onlyFields(login, ["role", "path", "serviceAccount"]);
  if (fields.connection === false && !alone)
    place
      .at("connection")
      .report(`must not be false: "${environment}" has several Vaults, and the operator's own is one of them at most`);
  return {
    namespace: label(place.at("namespace"), fields.namespace) ?? "",
    role: text(at.at("role"), login.role) ?? "",
    path: login.path === undefined ? "kubernetes" : readMount(at.at("path"), login.path),
    serviceAccount:
      login.serviceAccount === undefined
        ? "default"
        : (objectName(at.at("serviceAccount"), login.serviceAccount) ?? ""),
    connection: readConnection(place.at("connection"), fields.connection),
  };
}

function readMount(place: Place, value: unknown): string {
  const path = text(place, value) ?? "";
  if (path !== "" && !/^[\w.-]+(?:\/[\w.-]+)*$/.test(path))
    place.report(
      `${quote(path)} is not a mount like "kubernetes" or "clusters/eu"; without "auth/" and slashes around it`,
    );
  else if (path.startsWith("auth/")) place.report(`${quote(path)} begins with "auth/", which the operator adds`);
  return path;
}

function readConnection(place: Place, value: unknown): ConfigOperatorConnection | undefined {
  if (value === false) return undefined;
  const fields = value === undefined ? {} : (record(place, value) ?? {});
  place.onlyFields(fields, ["address", "tlsSecret"]);
  const address = fields.address === undefined ? undefined : text(place.at("address"), fields.address);
  if (address !== undefined && !/^https?:\/\/[^/\s?#@]+\/?$/.test(address))
    place.at("address").report('is not an address like "https://vault.example.com:8200"');
  const tlsSecret = fields.tlsSecret === undefined ? undefined : objectName(place.at("tlsSecret"), fields.tlsSecret);
  return { ...(address === undefined ? {} : { address }), ...(tlsSecret === undefined ? {} : { tlsSecret }) };
}
