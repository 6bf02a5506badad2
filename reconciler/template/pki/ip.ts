/** `net.ParseIP`: 4 bytes for IPv4 (also for one mapped into IPv6, as certificates hold it), else 16. Zones are refused. */
export function parseIp(text: string): Buffer | undefined {
  const ip = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  return ip !== undefined && isMapped(ip) ? ip.subarray(12) : ip;
}

const isMapped = (ip: Buffer): boolean =>
  ip.length === 16 && ip.subarray(0, 10).every((byte) => byte === 0) && ip[10] === 0xff && ip[11] === 0xff;

function parseIpv4(text: string): Buffer | undefined {
  const fields = text.split(".", 5);
  if (fields.length !== 4) return undefined;
  const valid = fields.every((field) => /^(?:0|[1-9][0-9]{0,2})$/.test(field) && Number(field) <= 255);
  return valid ? Buffer.from(fields.map(Number)) : undefined;
}

function parseIpv6(text: string): Buffer | undefined {
  if (text.length > 45 || text.includes(":::")) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => groups(half, index === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (tail === undefined) return head.length === 16 ? Buffer.from(head) : undefined;
  const zeros = 16 - head.length - tail.length;
  return zeros >= 2 ? Buffer.from([...head, ...Array<number>(zeros).fill(0), ...tail]) : undefined;
}

/** The bytes of groups between colons; the last one may be an IPv4 address. */
function groups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const fields = text.split(":");
  const out: number[] = [];
  for (const [index, field] of fields.entries()) {
    if (last && index === fields.length - 1 && field.includes(".")) {
      const ip = parseIpv4(field);
      if (ip === undefined) return undefined;
      out.push(...ip);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(field)) {
      const value = parseInt(field, 16);
      out.push(value >> 8, value & 0xff);
    } else {
      return undefined;
    }
  }
  return out;
}

/** `net.IP.String` of 4 or 16 bytes: the longest run of two or more zero groups becomes `::`. */
export function formatIp(ip: Buffer): string {
  if (ip.length === 4 || isMapped(ip)) return [...ip.subarray(-4)].join(".");
  const fields = Array.from({ length: 8 }, (_, index) => ip.readUInt16BE(2 * index));
  let [start, end] = [-1, -1];
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && fields[to] === 0) to++;
    if (to - from > Math.max(1, end - start)) [start, end] = [from, to];
    if (to > from) from = to;
  }
  const hex = (list: readonly number[]): string => list.map((field) => field.toString(16)).join(":");
  return start < 0 ? hex(fields) : `${hex(fields.slice(0, start))}::${hex(fields.slice(end))}`;
}
