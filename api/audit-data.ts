import { isRecord } from "./kubernetes";

/** Where the audit data of an environment is: who read which secret, as its Vaults write it down. One of the two at least. */
export interface AuditData {
  /** What each Vault of the environment writes it to. */
  readonly device?: AuditDevice;
  /** Who collects it, and where, in one line for people: `Loki, tenant security`. */
  readonly collectedBy?: string;
}

/** An audit device of Vault. `path` is where it is mounted below `sys/audit`; default: its type. */
export type AuditDevice =
  | {
      readonly type: "file";
      readonly path?: string;
      /** On the host of Vault: `/var/log/vault/audit.log`, or `stdout`. */
      readonly file: string;
    }
  | {
      readonly type: "socket";
      readonly path?: string;
      /** `host:port`, or the path of a Unix socket. */
      readonly address: string;
      /** Default `tcp`. */
      readonly socketType?: "tcp" | "udp" | "unix";
    }
  | {
      readonly type: "syslog";
      readonly path?: string;
      /** Default `AUTH`. */
      readonly facility?: string;
      /** Default `vault`. */
      readonly tag?: string;
    };

/** The fields of each type of device besides `type` and `path`. */
export const AUDIT_DEVICES = {
  file: ["file"],
  socket: ["address", "socketType"],
  syslog: ["facility", "tag"],
} as const satisfies Readonly<Record<AuditDevice["type"], readonly string[]>>;

/** Fields without which a device is none. */
const NEEDED: readonly string[] = ["file", "address"];

/** Reports what is wrong with the `audit` of an environments file. */
export function checkAudit(value: unknown, path: string, problem: (path: string, message: string) => void): void {
  if (!isRecord(value)) return problem(path, "is not an object");
  onlyFields(value, ["device", "collectedBy"], path, problem);
  const { device, collectedBy } = value;
  if (collectedBy !== undefined && (typeof collectedBy !== "string" || collectedBy === ""))
    problem(`${path}.collectedBy`, "is not a text");
  if (device === undefined) {
    if (collectedBy === undefined) problem(path, "has neither device nor collectedBy");
    return;
  }
  const at = `${path}.device`;
  if (!isRecord(device)) return problem(at, "is not an object");
  const type = Object.keys(AUDIT_DEVICES).find((known) => known === device.type) as AuditDevice["type"] | undefined;
  if (type === undefined) return problem(`${at}.type`, `is not one of ${Object.keys(AUDIT_DEVICES).join(", ")}`);
  const own = AUDIT_DEVICES[type];
  onlyFields(device, ["type", "path", ...own], at, problem);
  for (const field of ["path", ...own]) {
    const text = device[field];
    if (text === undefined && !NEEDED.includes(field)) continue;
    if (typeof text !== "string" || text === "") problem(`${at}.${field}`, "is not a text");
  }
  if (typeof device.socketType === "string" && !["tcp", "udp", "unix"].includes(device.socketType))
    problem(`${at}.socketType`, "is not tcp, udp or unix");
}

function onlyFields(
  value: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  path: string,
  problem: (path: string, message: string) => void,
): void {
  for (const field of Object.keys(value))
    if (!fields.includes(field)) problem(`${path}.${field}`, "is not a known field");
}
