// Writes reconciler/template/go/time/zone-table.ts from the time zones that Go ships (lib/time/zoneinfo.zip of `go env GOROOT`),
// so that a template prints the abbreviations and offsets that Go prints: `node scripts/zones.mjs`, after an update of Go.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const goEnv = (name) => execFileSync("go", ["env", name], { encoding: "utf8" }).trim();
const goRoot = goEnv("GOROOT");
const zip = readFileSync(join(goRoot, "lib/time/zoneinfo.zip"));
const release = /^DATA=(\S+)/m.exec(readFileSync(join(goRoot, "lib/time/update.bash"), "utf8"))?.[1];

/** The files of the archive; Go's own reader wants them stored without compression, so this one does as well. */
function* files() {
  let at = zip.readUInt32LE(zip.length - 22 + 16);
  for (let left = zip.readUInt16LE(zip.length - 22 + 10); left > 0; left--) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 24)];
    const [name, extra, comment] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    const local = zip.readUInt32LE(at + 42);
    const path = zip.toString("latin1", at + 46, at + 46 + name);
    if (method !== 0) throw new Error(`${path} is compressed`);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    if (!path.endsWith("/")) yield [path, zip.subarray(start, start + size)];
    at += 46 + name + extra + comment;
  }
}

/** RFC 8536; the 64-bit block alone. */
function readZone(data) {
  const counts = (at) => {
    if (data.toString("latin1", at, at + 4) !== "TZif") throw new Error("no TZif header");
    return [20, 24, 28, 32, 36, 40].map((offset) => data.readUInt32BE(at + offset));
  };
  const block = ([isUtc, isStd, leap, time, type, char], size) =>
    time * size + time + type * 6 + char + leap * (size + 4) + isStd + isUtc;
  const second = 44 + block(counts(0), 4);
  const sizes = counts(second);
  const [, , , times, types, chars] = sizes;
  let at = second + 44;
  const when = Array.from({ length: times }, (_, index) => Number(data.readBigInt64BE(at + index * 8)));
  at += times * 8;
  const which = [...data.subarray(at, at + times)];
  at += times;
  const names = data.toString("latin1", at + types * 6, at + types * 6 + chars);
  const kinds = Array.from({ length: types }, (_, index) => ({
    offset: data.readInt32BE(at + index * 6),
    dst: data[at + index * 6 + 4] !== 0,
    name: names.slice(data[at + index * 6 + 5], names.indexOf("\0", data[at + index * 6 + 5])),
  }));
  const footer = data.toString("latin1", second + 44 + block(sizes, 8)).trim();
  return { when, which, kinds, footer };
}

/** What is in force before the first transition, by the rules of Go's Location.lookupFirstZone. */
function first({ which, kinds }) {
  if (!which.includes(0)) return 0;
  if (kinds[which[0]].dst) for (let index = which[0] - 1; index >= 0; index--) if (!kinds[index].dst) return index;
  return Math.max(
    kinds.findIndex((kind) => !kind.dst),
    0,
  );
}

function pack(zone) {
  let before = 0;
  const transitions = zone.when.map((when, index) => {
    const delta = when - before;
    before = when;
    const steps = delta % 900 === 0 ? (delta / 900).toString(36) : `.${delta.toString(36)}`;
    return String.fromCharCode(65 + zone.which[index]) + steps;
  });
  const kinds = zone.kinds.map(({ name, offset }) => `${name} ${offset}`).join(",");
  return [kinds, first(zone), transitions.join(""), zone.footer].join("|");
}

const byContent = new Map();
for (const [name, data] of files()) {
  const packed = pack(readZone(data));
  byContent.set(packed, [...(byContent.get(packed) ?? []), name]);
}
const lines = [...byContent].map(([packed, names]) => `${names.sort().join(",")}|${packed}`).sort();
writeFileSync(
  join(root, "reconciler/template/go/time/zone-table.ts"),
  `// Written by \`node scripts/zones.mjs\` from ${goEnv("GOVERSION")} (tz database ${release}, public domain). Not to be edited.

/**
 * A line for each time zone: its names; the abbreviations and offsets (seconds) it used; which of them was in force at first; the
 * transitions, each a letter (A is the first abbreviation) and the time since the one before (since 1970 for the first) in base 36,
 * in quarter hours or, after a point, in seconds; and the rule for all later times (POSIX TZ).
 */
export const ZONE_TABLE = \`
${lines.join("\n")}
\`;
`,
);
console.log(`${byContent.size} zones under ${[...byContent.values()].flat().length} names`);
