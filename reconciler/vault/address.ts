import { lookup as systemLookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { VaultError } from "./error";

/** Link-local addresses, where clouds serve credentials of the machine: no Vault is there. */
const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet("169.254.0.0", 16);
FORBIDDEN.addSubnet("fe80::", 10, "ipv6");
FORBIDDEN.addAddress("fd00:ec2::254", "ipv6");

const forbidden = (address: string): boolean => FORBIDDEN.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

/**
 * The address of a Vault. Only https, or http on this computer (a `-dev` server); a base path is allowed.
 * @throws VaultError `Invalid` with the remedy
 */
export function parseAddress(address: string): URL {
  const invalid = (cause: string, remedy: string): VaultError =>
    new VaultError({
      failure: "Invalid",
      object: `Vault address ${display(address)}`,
      cause,
      remedy,
      address: display(address),
    });
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw invalid("is not an address", "write it like https://vault.example.com:8200");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw invalid("has more than host, port and path", "write it like https://vault.example.com:8200");
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    throw invalid("is without TLS: tokens and secrets would travel in clear text", "use https");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && forbidden(host)) throw invalid("is link-local", "give the address of a Vault");
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Credentials in an address are not shown. */
function display(address: string): string {
  return address.replace(/\/\/[^/@]*@/, "//...@").slice(0, 200);
}

/** Name resolution that refuses link-local answers; the connection goes to exactly the checked address. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, options, (error, address, family) => {
    const addresses = typeof address === "string" ? [address] : (address ?? []).map((entry) => entry.address);
    if (error === null && addresses.some(forbidden)) {
      const refused = Object.assign(new Error("link-local"), { code: "ERR_LINK_LOCAL" });
      return callback(refused, "", undefined);
    }
    callback(error, address, family);
  });
};
