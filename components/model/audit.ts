import { AUDIT_DEVICES, type AuditData, type AuditDevice } from "../../api";
import { readReason } from "./also-reads";
import { oneOf, record, text, vaultPath } from "./fields";
import { pathProblem } from "./path";
import type { Place } from "./problems";
import { quote, secretShape } from "./secret-like";

/** An audit device with its mount. */
export type MountedAuditDevice = AuditDevice & { readonly path: string };

/** Where audit data is, with defaults filled in. */
export interface Audit extends AuditData {
  readonly device?: MountedAuditDevice;
}

/** Reads what an environment says about its audit data. */
export function readAudit(place: Place, value: unknown): Audit | undefined {
  const fields = value === undefined ? undefined : record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["device", "collectedBy"]);
  if (fields.device === undefined && fields.collectedBy === undefined)
    place.report("says nothing; give device, collectedBy or both");
  const device = fields.device === undefined ? undefined : readAuditDevice(place.at("device"), fields.device);
  const collectedBy =
    fields.collectedBy === undefined ? undefined : readReason(place.at("collectedBy"), fields.collectedBy);
  return { ...(device === undefined ? {} : { device }), ...(collectedBy === undefined ? {} : { collectedBy }) };
}

const TYPES = ["file", "socket", "syslog"] as const;

/** @param byDefault the type of a device that says none */
export function readAuditDevice(
  place: Place,
  value: unknown,
  byDefault?: AuditDevice["type"],
): MountedAuditDevice | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  const type = oneOf(place.at("type"), fields.type ?? byDefault, TYPES);
  if (type === undefined) return undefined;
  place.onlyFields(fields, ["type", "path", ...AUDIT_DEVICES[type]]);
  const path = fields.path === undefined ? type : (vaultPath(place.at("path"), fields.path, pathProblem) ?? type);
  const written = (field: string): string => readText(place.at(field), fields[field]);
  switch (type) {
    case "file":
      return { type, path, file: readFile(place.at("file"), written("file")) };
    case "socket": {
      const socketType =
        fields.socketType === undefined
          ? "tcp"
          : (oneOf(place.at("socketType"), fields.socketType, ["tcp", "udp", "unix"]) ?? "tcp");
      return { type, path, address: readAddress(place.at("address"), written("address"), socketType), socketType };
    }
    case "syslog":
      return {
        type,
        path,
        ...(fields.facility === undefined ? {} : { facility: written("facility") }),
        ...(fields.tag === undefined ? {} : { tag: written("tag") }),
      };
  }
}

function readText(place: Place, value: unknown): string {
  const written = text(place, value) ?? "";
  const looksLike = secretShape(written);
  if (looksLike !== undefined) place.report(`looks like ${looksLike}; it is not shown`);
  return looksLike === undefined ? written : "";
}

function readFile(place: Place, file: string): string {
  if (file === "discard") place.report('"discard" keeps nothing');
  else if (file !== "" && file !== "stdout" && !file.startsWith("/"))
    place.report(`${quote(file)} is neither an absolute path nor "stdout"`);
  return file;
}

function readAddress(place: Place, address: string, socketType: "tcp" | "udp" | "unix"): string {
  if (address === "") return address;
  if (socketType === "unix") {
    if (!address.startsWith("/")) place.report(`${quote(address)} is not the absolute path of a Unix socket`);
  } else if (!/^[^\s/@]+:\d{1,5}$/.test(address))
    place.report(`${quote(address)} is not an address like "logs.example.com:9090"`);
  return address;
}

/** The options of a device as Vault's API takes them. */
export function auditOptions(device: MountedAuditDevice): Readonly<Record<string, string>> {
  switch (device.type) {
    case "file":
      return { file_path: device.file };
    case "socket":
      return { address: device.address, socket_type: device.socketType ?? "tcp" };
    case "syslog":
      return {
        ...(device.facility === undefined ? {} : { facility: device.facility }),
        ...(device.tag === undefined ? {} : { tag: device.tag }),
      };
  }
}
