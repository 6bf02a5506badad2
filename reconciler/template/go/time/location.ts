import { ZONE_TABLE } from "./zone-table";
import { parsePosixZone, posixZoneAt, type PosixZone, type ZoneName } from "./posix-zone";

/** Go's `*time.Location` without its faces to a template: how a zone is called and what it is at a moment. */
export interface Zone {
  /** As `Location.String` prints it. */
  readonly name: string;
  at(unix: bigint): ZoneName;
}

const UTC_NAME: ZoneName = { name: "UTC", offset: 0 };
export const UTC: Zone = { name: "UTC", at: () => UTC_NAME };
/** ESO's image has no local zone, so that Go's Local is another location of the name UTC. */
export const LOCAL: Zone = { name: "UTC", at: () => UTC_NAME };

/** `time.FixedZone`. */
export function fixedZone(name: string, offset: number): Zone {
  const only = { name, offset };
  return { name, at: () => only };
}

class TableZone implements Zone {
  readonly #names: readonly ZoneName[];
  readonly #first: ZoneName;
  readonly #when: readonly bigint[];
  readonly #which: readonly ZoneName[];
  readonly #later: PosixZone | undefined;

  /** `packed` is a line of the table without its names. */
  constructor(
    readonly name: string,
    packed: string,
  ) {
    const [names = "", first = "0", transitions = "", later = ""] = packed.split("|");
    this.#names = names.split(",").map((entry) => {
      const space = entry.indexOf(" ");
      return { name: entry.slice(0, space), offset: Number(entry.slice(space + 1)) };
    });
    const nameAt = (index: number): ZoneName => this.#names[index] ?? UTC_NAME;
    this.#first = nameAt(Number(first));
    const when: bigint[] = [];
    const which: ZoneName[] = [];
    let time = 0;
    for (const [, letter = "A", exact, delta = "0"] of transitions.matchAll(/([A-Z])(\.?)([-0-9a-z]+)/g)) {
      time += parseInt(delta, 36) * (exact === "" ? 900 : 1);
      when.push(BigInt(time));
      which.push(nameAt(letter.charCodeAt(0) - 65));
    }
    this.#when = when;
    this.#which = which;
    this.#later = later === "" ? undefined : parsePosixZone(later);
  }

  /** Go's Location.lookup. */
  at(unix: bigint): ZoneName {
    const when = this.#when;
    let low = 0;
    let high = when.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((when[middle] ?? 0n) <= unix) low = middle + 1;
      else high = middle;
    }
    if (low === when.length && this.#later !== undefined) return posixZoneAt(this.#later, unix);
    return this.#which[low - 1] ?? this.#first;
  }
}

let lines: ReadonlyMap<string, string> | undefined;
const loaded = new Map<string, Zone>();

function linesByName(): ReadonlyMap<string, string> {
  const byName = new Map<string, string>();
  for (const line of ZONE_TABLE.trim().split("\n")) {
    const bar = line.indexOf("|");
    for (const name of line.slice(0, bar).split(",")) byName.set(name, line.slice(bar + 1));
  }
  return byName;
}

/** `time.LoadLocation`; undefined for a name that the tz database of Go's release does not have. Names are case-sensitive. */
export function loadLocation(name: string): Zone | undefined {
  if (name === "" || name === "UTC") return UTC;
  if (name === "Local") return LOCAL;
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const line = (lines ??= linesByName()).get(name);
  if (line === undefined) return undefined;
  const zone = new TableZone(name, line);
  loaded.set(name, zone);
  return zone;
}

/** Every name {@link loadLocation} knows besides Local. */
export const zoneNames = (): readonly string[] => [...(lines ??= linesByName()).keys()];
