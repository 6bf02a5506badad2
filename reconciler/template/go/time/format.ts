import { absolute, civilDate, weekday, yearDay, type CivilDate } from "./civil";
import { unixOf, type Instant } from "./instant";
import { chunksOf, type Chunk, type ZoneElement } from "./layout";
import { LONG_DAYS, LONG_MONTHS, SHORT_DAYS, SHORT_MONTHS } from "./names";

/** Go's appendInt: the sign stands outside the width. */
function padInt(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width, "0")}` : String(value).padStart(width, "0");
}

/** Go's appendNano: nines are cut from the right, zeros are not. */
function nanoText(nanoseconds: number, chunk: Chunk): string {
  const { element, digits = 0, separator = "." } = chunk;
  const trim = element === ".9";
  if (trim && (digits === 0 || nanoseconds === 0)) return "";
  const text = padInt(nanoseconds, 9).slice(0, digits);
  if (!trim) return separator + text;
  const cut = text.replace(/0+$/, "");
  return cut === "" ? "" : separator + cut;
}

function offsetText(offset: number, element: ZoneElement): string {
  if (offset === 0 && element.startsWith("Z")) return "Z";
  // The sign is that of the minutes: an offset of some seconds to the west is written with a plus.
  const minutes = Math.trunc(offset / 60);
  const positive = Math.abs(minutes);
  const colon = element.includes(":") ? ":" : "";
  let text = (minutes < 0 ? "-" : "+") + padInt(Math.floor(positive / 60), 2);
  if (element.length > 3) text += colon + padInt(positive % 60, 2);
  if (element.length > 6) text += colon + padInt((minutes < 0 ? -offset : offset) % 60, 2);
  return text;
}

/** `Time.Format` in byte strings. Years outside 0 to 9999 are written as they are, `-0001` or `10000`. */
export function formatTime(time: Instant, layout: string): string {
  const unix = unixOf(time);
  const { name, offset } = time.zone.at(unix);
  const { days, second } = absolute(unix + BigInt(offset));
  let lazyDate: CivilDate | undefined;
  const date = (): CivilDate => (lazyDate ??= civilDate(days));
  const hour = Math.floor(second / 3600);
  const hour12 = hour % 12 === 0 ? 12 : hour % 12;
  let out = "";
  for (const chunk of chunksOf(layout)) {
    out += chunk.prefix;
    switch (chunk.element) {
      case undefined:
        break;
      case "06":
        out += padInt(Math.abs(date().year) % 100, 2);
        break;
      case "2006":
        out += padInt(date().year, 4);
        break;
      case "Jan":
        out += SHORT_MONTHS[date().month - 1] ?? "";
        break;
      case "January":
        out += LONG_MONTHS[date().month - 1] ?? "";
        break;
      case "1":
        out += String(date().month);
        break;
      case "01":
        out += padInt(date().month, 2);
        break;
      case "Mon":
        out += SHORT_DAYS[weekday(days)] ?? "";
        break;
      case "Monday":
        out += LONG_DAYS[weekday(days)] ?? "";
        break;
      case "2":
        out += String(date().day);
        break;
      case "_2":
        out += String(date().day).padStart(2);
        break;
      case "02":
        out += padInt(date().day, 2);
        break;
      case "__2":
        out += String(yearDay(days).day).padStart(3);
        break;
      case "002":
        out += padInt(yearDay(days).day, 3);
        break;
      case "15":
        out += padInt(hour, 2);
        break;
      case "3":
        out += String(hour12);
        break;
      case "03":
        out += padInt(hour12, 2);
        break;
      case "4":
        out += String(Math.floor(second / 60) % 60);
        break;
      case "04":
        out += padInt(Math.floor(second / 60) % 60, 2);
        break;
      case "5":
        out += String(second % 60);
        break;
      case "05":
        out += padInt(second % 60, 2);
        break;
      case "PM":
        out += hour >= 12 ? "PM" : "AM";
        break;
      case "pm":
        out += hour >= 12 ? "pm" : "am";
        break;
      case "MST":
        out += name !== "" ? name : offsetText(offset, "-0700");
        break;
      case ".0":
      case ".9":
        out += nanoText(time.nanosecond, chunk);
        break;
      default:
        out += offsetText(offset, chunk.element);
    }
  }
  return out;
}
