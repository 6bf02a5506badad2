import { daysBefore, daysIn, isLeap, unixOfDate } from "./civil";
import { instantAt, type Instant } from "./instant";
import { chunksOf, type Chunk, type Element } from "./layout";
import { fixedZone, UTC, type Zone } from "./location";
import { LONG_DAYS, LONG_MONTHS, SHORT_DAYS, SHORT_MONTHS } from "./names";
import { BadValue, Reader, signedNumber } from "./reader";
import { zoneNameLength } from "./zone-name";

/** What the elements gave so far; -1 stands for what none gave, as in Go (where an offset of -1 second is lost by that). */
interface Fields {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  am: boolean;
  pm: boolean;
  zone: Zone | undefined;
  offset: number;
  zoneName: string;
}

function within(value: number, least: number, most: number): number {
  if (value < least || value > most) throw new BadValue();
  return value;
}

function readOffset(reader: Reader, element: Element): number {
  const colon = element.includes(":");
  const text = reader.take(element.length);
  if (colon && (text[3] !== ":" || (text.length === 9 && text[6] !== ":"))) throw new BadValue();
  const [sign, digits] = [text[0], text.slice(1).replaceAll(":", "")];
  if (!/^[0-9]+$/.test(digits) || digits.length % 2 !== 0) throw new BadValue();
  const part = (at: number): number => Number(digits.slice(at, at + 2));
  const offset = within(part(0), 0, 24) * 3600 + within(part(2), 0, 60) * 60 + within(part(4), 0, 60);
  if (sign !== "+" && sign !== "-") throw new BadValue();
  return sign === "-" ? -offset : offset;
}

function readElement(reader: Reader, chunk: Chunk, next: Chunk | undefined, fields: Fields): void {
  const element = chunk.element as Element;
  switch (element) {
    case "06": {
      const year = signedNumber(reader.take(2));
      fields.year = year + (year >= 69 ? 1900 : 2000);
      return;
    }
    case "2006":
      if (!reader.isDigit(0)) throw new BadValue();
      fields.year = signedNumber(reader.take(4));
      return;
    case "Jan":
      fields.month = reader.name(SHORT_MONTHS) + 1;
      return;
    case "January":
      fields.month = reader.name(LONG_MONTHS) + 1;
      return;
    case "1":
    case "01":
      fields.month = within(reader.number(element === "01"), 1, 12);
      return;
    // The weekday is read and not compared with the date.
    case "Mon":
      reader.name(SHORT_DAYS);
      return;
    case "Monday":
      reader.name(LONG_DAYS);
      return;
    case "2":
    case "_2":
    case "02":
      if (element === "_2" && reader.peek() === " ") reader.at++;
      fields.day = reader.number(element === "02");
      return;
    case "__2":
    case "002":
      for (let spaces = 0; element === "__2" && spaces < 2 && reader.peek() === " "; spaces++) reader.at++;
      fields.yearDay = reader.number3(element === "002");
      return;
    case "15":
      fields.hour = within(reader.number(false), 0, 23);
      return;
    case "3":
    case "03":
      fields.hour = within(reader.number(element === "03"), 0, 12);
      return;
    case "4":
    case "04":
      fields.minute = within(reader.number(element === "04"), 0, 59);
      return;
    case "5":
    case "05":
      fields.second = within(reader.number(element === "05"), 0, 59);
      // A fraction may follow the seconds although the layout has none.
      if (next?.element !== ".0" && next?.element !== ".9" && /[.,]/.test(reader.peek()) && reader.isDigit(1))
        fields.nanosecond = reader.nanoseconds(1 + reader.digits(1));
      return;
    case "PM":
    case "pm": {
      const half = reader.take(2);
      const [am, pm] = element === "PM" ? ["AM", "PM"] : ["am", "pm"];
      if (half !== am && half !== pm) throw new BadValue();
      if (half === pm) fields.pm = true;
      else fields.am = true;
      return;
    }
    case "MST": {
      if (reader.text.startsWith("UTC", reader.at)) {
        reader.at += 3;
        fields.zone = UTC;
        return;
      }
      const length = zoneNameLength(reader.text, reader.at);
      if (length === 0) throw new BadValue();
      fields.zoneName = reader.take(length);
      return;
    }
    case ".0":
      fields.nanosecond = reader.nanoseconds(1 + (chunk.digits ?? 0));
      return;
    case ".9":
      if (/[.,]/.test(reader.peek()) && reader.isDigit(1)) fields.nanosecond = reader.nanoseconds(1 + reader.digits(1));
      return;
    default:
      if (element.startsWith("Z") && reader.peek() === "Z") {
        reader.at++;
        fields.zone = UTC;
        return;
      }
      fields.offset = readOffset(reader, element);
  }
}

/** Month and day of the fields; a day of the year must agree with what the other elements said. */
function monthAndDay(fields: Fields): { readonly month: number; readonly day: number } {
  if (fields.yearDay < 0) return { month: fields.month < 0 ? 1 : fields.month, day: fields.day < 0 ? 1 : fields.day };
  let [yearDay, month, day] = [fields.yearDay, 0, 0];
  if (isLeap(fields.year)) {
    if (yearDay === 60) [month, day] = [2, 29];
    else if (yearDay > 60) yearDay--;
  }
  within(yearDay, 1, 365);
  if (month === 0) {
    month = Math.floor((yearDay - 1) / 31) + 1;
    if (daysBefore(month + 1) < yearDay) month++;
    day = yearDay - daysBefore(month);
  }
  if ((fields.month >= 0 && fields.month !== month) || (fields.day >= 0 && fields.day !== day)) throw new BadValue();
  return { month, day };
}

function assemble(fields: Fields, local: Zone): Instant {
  const { month, day } = monthAndDay(fields);
  within(day, 1, daysIn(month, fields.year));
  const { minute, second, nanosecond, zone, offset, zoneName } = fields;
  const late = fields.pm && fields.hour < 12 ? 12 : fields.am && fields.hour === 12 ? -12 : 0;
  const clock = { hour: fields.hour + late, minute, second };
  const unix = unixOfDate(BigInt(fields.year), BigInt(month), BigInt(day), clock);
  if (zone !== undefined) return instantAt(unix, nanosecond, zone);
  if (offset !== -1) {
    const shifted = unix - BigInt(offset);
    const here = local.at(shifted);
    const isLocal = here.offset === offset && (zoneName === "" || zoneName === here.name);
    return instantAt(shifted, nanosecond, isLocal ? local : fixedZone(zoneName, offset));
  }
  if (zoneName !== "") {
    // The abbreviation is kept, and except for GMT+3 nobody knows its offset; Go does not move the moment by it either.
    const hours = zoneName.startsWith("GMT") ? signedNumber(zoneName.slice(3)) : 0;
    return instantAt(unix, nanosecond, fixedZone(zoneName, hours * 3600));
  }
  return instantAt(unix, nanosecond, local);
}

/**
 * `time.ParseInLocation`, for a location without abbreviations of its own (UTC, Local). Undefined where Go gives an error. Years
 * are 0 to 9999; what the layout leaves out is zero or, for month and day, one.
 */
export function parseTime(layout: string, value: string, local: Zone): Instant | undefined {
  const fields: Fields = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    am: false,
    pm: false,
    zone: undefined,
    offset: -1,
    zoneName: "",
  };
  const reader = new Reader(value);
  const chunks = chunksOf(layout);
  try {
    for (const [index, chunk] of chunks.entries()) {
      reader.skip(chunk.prefix);
      if (chunk.element !== undefined) readElement(reader, chunk, chunks[index + 1], fields);
    }
    return reader.left > 0 ? undefined : assemble(fields, local);
  } catch (error) {
    if (error instanceof BadValue) return undefined;
    throw error;
  }
}
