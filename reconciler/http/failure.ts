import { isRecord } from "../../api";

/** How a call failed before a whole answer was there. */
export type TransportFailure =
  | "connect" // no connection: refused, no name, no route, too slow
  | "tls" // the handshake failed: certificate, protocol
  | "reset" // the other side closed an established connection
  | "timeout" // the whole call took too long
  | "aborted" // the caller gave up
  | "protocol" // the other side does not speak HTTP, or the request cannot be written as HTTP
  | "too-large"; // the body is longer than the caller takes

/**
 * A failed call, in our own words. The error of Node is not kept: parser errors carry the raw bytes of the answer
 * (`rawPacket`), and messages may quote what the other side sent.
 */
export class TransportError extends Error {
  constructor(
    readonly failure: TransportFailure,
    /** For a user, without the name of the server: `connection refused`. */
    readonly words: string,
    /** Node's code, e.g. `ECONNREFUSED`. */
    readonly code?: string,
  ) {
    super(words);
    this.name = "TransportError";
  }
}

const UNTRUSTED = "its certificate is not signed by the configured CA";
const CLOSED = "the connection was closed before the answer was complete";

const KNOWN = new Map<string, readonly [TransportFailure, string]>([
  ["ECONNREFUSED", ["connect", "connection refused"]],
  ["ENOTFOUND", ["connect", "its name does not resolve"]],
  ["EAI_AGAIN", ["connect", "its name does not resolve at the moment"]],
  ["EHOSTUNREACH", ["connect", "no route to the host"]],
  ["ENETUNREACH", ["connect", "no route to the network"]],
  ["EADDRNOTAVAIL", ["connect", "no local address to connect from"]],
  ["ETIMEDOUT", ["connect", "connecting timed out"]],
  ["ERR_LINK_LOCAL", ["connect", "its name resolves to a link-local address"]],
  ["EMFILE", ["connect", "this process has too many open files"]],
  ["ECONNRESET", ["reset", CLOSED]],
  ["ECONNABORTED", ["reset", CLOSED]],
  ["EPIPE", ["reset", CLOSED]],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", ["tls", UNTRUSTED]],
  ["UNABLE_TO_GET_ISSUER_CERT", ["tls", UNTRUSTED]],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", ["tls", UNTRUSTED]],
  ["SELF_SIGNED_CERT_IN_CHAIN", ["tls", UNTRUSTED]],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", ["tls", UNTRUSTED]],
  ["CERT_SIGNATURE_FAILURE", ["tls", UNTRUSTED]],
  ["CERT_HAS_EXPIRED", ["tls", "its certificate has expired"]],
  ["CERT_NOT_YET_VALID", ["tls", "its certificate is not valid yet"]],
  ["ERR_TLS_CERT_ALTNAME_INVALID", ["tls", "its certificate is for another name"]],
  ["ERR_SSL_WRONG_VERSION_NUMBER", ["tls", "it does not speak TLS"]],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", ["tls", "it does not speak TLS"]],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", ["tls", "it asks for a client certificate"]],
  ["EPROTO", ["tls", "the TLS handshake failed"]],
  ["ERR_INVALID_CHAR", ["protocol", "a header has a character that HTTP does not allow"]],
  ["ERR_UNESCAPED_CHARACTERS", ["protocol", "the path has a character that HTTP does not allow"]],
]);

/** Translates an error of node:http, node:tls or node:net. */
export function transportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const code = isRecord(error) && typeof error.code === "string" ? error.code : undefined;
  if (code === undefined) return new TransportError("reset", CLOSED);
  // OpenSSL's reason is in the message only, behind the code of the write that failed.
  if (code === "EPROTO" && isRecord(error) && /wrong version number|packet length too long/.test(String(error.message)))
    return new TransportError("tls", "it does not speak TLS", code);
  const known = KNOWN.get(code);
  if (known !== undefined) return new TransportError(known[0], known[1], code);
  if (code.startsWith("HPE_")) return new TransportError("protocol", "its answer is not HTTP", code);
  if (/^(ERR_SSL|ERR_TLS|CERT_|ERR_OSSL)/.test(code))
    return new TransportError("tls", "the TLS handshake failed", code);
  return new TransportError("connect", `the connection failed (${code})`, code);
}
