import { record } from "../fields";
import type { TemplateSpec } from "../template";
import { helping, textOperand } from "./part";

/** Names of the fetched keys, each a PEM text. */
export interface TlsParts {
  readonly certificate: string;
  readonly key: string;
  /** Intermediate certificates that are stored apart; they follow the certificate in `tls.crt`. */
  readonly chain?: string;
  /** The CA, as `ca.crt`. */
  readonly ca?: string;
}

/**
 * A TLS secret (`kubernetes.io/tls`) of PEM texts.
 * @example
 * keys: { cert: "tls#certificate", key: "tls#private_key" },
 * template: tls({ certificate: "cert", key: "key" })
 * @throws DeclarationError
 */
export function tls(parts: TlsParts): TemplateSpec {
  return helping("tls", "tls.crt", (place) => {
    const fields = record(place, parts) ?? {};
    place.onlyFields(fields, ["certificate", "key", "chain", "ca"]);
    const part = (field: keyof TlsParts): string => textOperand(place.at(field), fields[field]);
    // PEM blocks that are joined need a line end between them, and PEM ends in one.
    const pem = (field: keyof TlsParts): string => `{{ ${part(field)} | trim }}\n`;
    return {
      type: "kubernetes.io/tls",
      data: {
        "tls.crt": pem("certificate") + (fields.chain === undefined ? "" : pem("chain")),
        "tls.key": pem("key"),
        ...(fields.ca === undefined ? {} : { "ca.crt": pem("ca") }),
      },
    };
  });
}
