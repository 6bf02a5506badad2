import { X509Certificate } from "node:crypto";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";
import { createSecureContext } from "node:tls";

/** Where requests go, and the connections that carry them. */
export interface Origin {
  readonly protocol: "https:" | "http:";
  /** Without brackets, also for IPv6. */
  readonly host: string;
  readonly port: number;
  readonly agent: HttpAgent;
}

export interface OriginOptions {
  /** PEM; absent: Node's own roots. */
  readonly ca?: string;
  /** PEM of a client certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
  /** The name the certificate must have, when it is not the host. */
  readonly serverName?: string;
  /** Connections at a time; further calls wait. */
  readonly maxSockets: number;
  /** False: one connection per call, closed after it (watches). Default true. */
  readonly keepAlive?: boolean;
  readonly lookup?: LookupFunction;
}

/** Idle connections close after this time: sooner than servers do (Go: 90 s), so that few calls meet a closing one. */
const IDLE = 60_000;
/** A peer that vanished without a word is noticed by TCP itself, also on a silent watch. */
export const TCP_KEEP_ALIVE = 30_000;

/**
 * An origin with its own agent.
 * @throws when a certificate or key is malformed; the error is OpenSSL's and tells a user nothing
 */
export function createOrigin(url: URL, options: OriginOptions): Origin {
  const keepAlive = options.keepAlive ?? true;
  checkCertificates(options.ca);
  const common = {
    keepAlive,
    keepAliveMsecs: TCP_KEEP_ALIVE,
    maxSockets: options.maxSockets,
    maxFreeSockets: options.maxSockets,
    scheduling: "lifo" as const,
    ...(keepAlive ? { timeout: IDLE } : {}),
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
  };
  const https = url.protocol === "https:";
  return {
    protocol: https ? "https:" : "http:",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (https ? 443 : 80) : Number(url.port),
    agent: https
      ? new HttpsAgent({
          ...common,
          // One context per agent: given as `ca`, Node would parse the PEM for every connection and hash it for every call.
          secureContext: createSecureContext({
            minVersion: "TLSv1.2",
            ...(options.ca === undefined ? {} : { ca: options.ca }),
            ...(options.cert === undefined ? {} : { cert: options.cert }),
            ...(options.key === undefined ? {} : { key: options.key }),
          }),
          ...(options.serverName === undefined ? {} : { servername: options.serverName }),
        })
      : new HttpAgent(common),
  };
}

/** OpenSSL leaves out what it cannot read; a CA that is garbage would only show as an untrusted server. */
function checkCertificates(pem: string | undefined): void {
  if (pem === undefined) return;
  const blocks = pem.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^]+?-----END (?:TRUSTED )?CERTIFICATE-----/g);
  if (blocks === null) throw new Error("no certificate");
  for (const block of blocks) new X509Certificate(block);
}

/** Lets calls in flight end; their connections are not used again. */
export function retireOrigin(origin: Origin): void {
  origin.agent.maxFreeSockets = 0;
  for (const sockets of Object.values(origin.agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
