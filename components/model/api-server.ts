import { list, record, text } from "./fields";
import type { Place } from "./problems";

/** The API server, as Vault reaches it. */
export interface KubernetesApiSpec {
  /** `https://kubernetes.default.svc` when Vault runs in the cluster. */
  readonly host: string;
  /** CA of the API server as PEM. Default: that of Vault's own pod; needed with reviewer `client`, where Vault looks at no pod's. */
  readonly ca?: string;
}

/** The public keys of the cluster's ServiceAccount tokens: where Vault finds them, or the keys themselves. */
export interface JwtKeysSpec {
  /** Exactly one of the three. */
  readonly keys:
    | {
        /** The cluster's issuer; Vault reads `/.well-known/openid-configuration` below it. */
        readonly discoveryUrl: string;
      }
    | { readonly jwksUrl: string }
    | {
        /** Public keys as PEM, for a Vault that reaches no URL of the cluster. */
        readonly publicKeys: readonly string[];
      };
  /** The only `iss` that is taken. Default: none is demanded, or with `discoveryUrl` the one found there. */
  readonly issuer?: string;
  /** CA of the URL as PEM. Default: the CAs of Vault's host. */
  readonly ca?: string;
}

export function readKubernetes(place: Place, value: unknown): KubernetesApiSpec | undefined {
  const fields = value === undefined ? undefined : record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["host", "ca"]);
  const host = text(place.at("host"), fields.host) ?? "";
  if (host !== "" && !/^https:\/\/[^/\s?#@]+\/?$/.test(host))
    place.at("host").report('is not an address like "https://kubernetes.default.svc"');
  return { host, ...readCertificates(place.at("ca"), fields.ca) };
}

function readCertificates(place: Place, value: unknown): { readonly ca?: string } {
  const ca = value === undefined ? undefined : text(place, value);
  if (ca !== undefined && (!/-----BEGIN CERTIFICATE-----/.test(ca) || /PRIVATE KEY/.test(ca)))
    place.report("must be PEM certificates and nothing else. It is not shown");
  return ca === undefined ? {} : { ca };
}

export function readJwt(place: Place, value: unknown): JwtKeysSpec | undefined {
  const fields = value === undefined ? undefined : record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["keys", "issuer", "ca"]);
  const issuer = fields.issuer === undefined ? undefined : text(place.at("issuer"), fields.issuer);
  return {
    keys: readJwtKeys(place.at("keys"), fields.keys),
    ...(issuer === undefined ? {} : { issuer }),
    ...readCertificates(place.at("ca"), fields.ca),
  };
}

function readJwtKeys(place: Place, value: unknown): JwtKeysSpec["keys"] {
  const fields = record(place, value) ?? {};
  const kinds = ["discoveryUrl", "jwksUrl", "publicKeys"];
  place.onlyFields(fields, kinds);
  if (kinds.filter((kind) => fields[kind] !== undefined).length !== 1)
    place.report("must have exactly one of discoveryUrl, jwksUrl and publicKeys");
  const url = (field: string): string => {
    const written = text(place.at(field), fields[field]) ?? "";
    if (written !== "" && !/^https:\/\/[^/\s?#@]+(?:\/[^\s?#@]*)?$/.test(written))
      place.at(field).report('is not an address like "https://issuer.example.com/cluster"');
    return written;
  };
  if (fields.jwksUrl !== undefined) return { jwksUrl: url("jwksUrl") };
  if (fields.publicKeys === undefined)
    return { discoveryUrl: fields.discoveryUrl === undefined ? "" : url("discoveryUrl") };
  const publicKeys = list(place.at("publicKeys"), fields.publicKeys, (at, entry) => {
    const key = text(at, entry);
    if (key !== undefined && !/^-----BEGIN (?:RSA )?PUBLIC KEY-----\n/.test(key))
      at.report("must be a public key as PEM (-----BEGIN PUBLIC KEY-----). It is not shown");
    return key;
  });
  if (publicKeys.length === 0) place.at("publicKeys").report("is empty");
  return { publicKeys };
}
