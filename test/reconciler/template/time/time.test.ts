import fc from "fast-check";
import { absolute, civilDate, unixOfDate, weekday, yearDay } from "../../../../reconciler/template/go/time/civil";
import { durationText, parseDuration } from "../../../../reconciler/template/go/time/duration";
import { formatTime } from "../../../../reconciler/template/go/time/format";
import { instantAt } from "../../../../reconciler/template/go/time/instant";
import { loadLocation, UTC, zoneNames } from "../../../../reconciler/template/go/time/location";
import { parseTime } from "../../../../reconciler/template/go/time/parse";
import { render } from "../engine/render";

const RFC3339 = "2006-01-02T15:04:05.999999999Z07:00";

describe("the calendar", () => {
  test("is JavaScript's where JavaScript has one", () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e12, max: 8.64e12 }), (unix) => {
        const { days, second } = absolute(BigInt(unix));
        const { year, month, day } = civilDate(days);
        const date = new Date(unix * 1000);
        expect([year, month, day]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
        expect(weekday(days)).toBe(date.getUTCDay());
        if (Math.abs(year) < 270_000)
          expect(yearDay(days).day).toBe(Math.floor((unix * 1000 - firstDay(year)) / 86_400_000) + 1);
        const clock = { hour: Math.floor(second / 3600), minute: Math.floor(second / 60) % 60, second: second % 60 };
        expect(unixOfDate(BigInt(year), BigInt(month), BigInt(day), clock)).toBe(BigInt(unix));
      }),
    );
  });

  const firstDay = (year: number): number => {
    const date = new Date(0);
    date.setUTCFullYear(year, 0, 1);
    return date.getTime();
  };
});

describe("zones", () => {
  const berlin = (unix: bigint) => loadLocation("Europe/Berlin")?.at(unix);

  test("have the abbreviation and offset of the moment, also before the first and after the last transition known", () => {
    expect(berlin(1_700_000_000n)).toEqual({ name: "CET", offset: 3600 });
    expect(berlin(1_720_000_000n)).toEqual({ name: "CEST", offset: 7200 });
    expect(berlin(-9_000_000_000n)).toEqual({ name: "LMT", offset: 3208 });
    expect(berlin(7_000_000_000n)).toEqual({ name: "CEST", offset: 7200 });
    expect(berlin(7_010_000_000n)).toEqual({ name: "CET", offset: 3600 });
    expect(berlin(1_711_846_799n)).toEqual({ name: "CET", offset: 3600 });
    expect(berlin(1_711_846_800n)).toEqual({ name: "CEST", offset: 7200 });
  });

  test("change by rule to the second, long after the last transition that is listed", () => {
    const newYork = [2_846_473_199n, 2_846_473_200n, 2_867_032_799n, 2_867_032_800n].map(
      (unix) => loadLocation("America/New_York")?.at(unix).name,
    );
    expect(newYork).toEqual(["EST", "EDT", "EDT", "EST"]);
  });

  test("are all of Go's names, each readable", () => {
    expect(zoneNames()).toHaveLength(598);
    for (const name of zoneNames()) expect(loadLocation(name)?.at(1_700_000_000n).name).toMatch(/^[-+0-9A-Za-z]+$/);
  });

  test.each(["europe/berlin", "../UTC", "Europe/Nowhere", "__proto__", "/etc/localtime"])("%s is none", (name) => {
    expect(loadLocation(name)).toBeUndefined();
  });
});

describe("layouts", () => {
  test("what RFC 3339 writes, it reads", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }),
        fc.nat(999_999_999),
        (unix, nanosecond) => {
          const time = instantAt(BigInt(unix), nanosecond, UTC);
          expect(parseTime(RFC3339, formatTime(time, RFC3339), UTC)).toEqual(time);
        },
      ),
    );
  });

  test("a long value or layout takes no long time", () => {
    const long = "2".repeat(200_000);
    expect(parseTime(long, long, UTC)).toBeUndefined();
    expect(parseTime("15", ` ${long}`, UTC)).toBeUndefined();
    expect(parseDuration(`0.${"0".repeat(100_000)}1h`)).toBe(0n);
  });
});

describe("durations", () => {
  test("what is written is read", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (duration) => {
        expect(parseDuration(durationText(duration))).toBe(duration);
      }),
    );
  });

  test.each([
    [0n, "0s"],
    [1n, "1ns"],
    [1100n, "1.1\xc2\xb5s"],
    [2_200_000n, "2.2ms"],
    [3_300_000_000n, "3.3s"],
    [4 * 60_000_000_000, "4m0s"],
    [-(2n ** 63n), "-2562047h47m16.854775808s"],
  ] as const)("%s is %s", (duration, text) => {
    expect(durationText(BigInt(duration))).toBe(text);
  });
});

describe("the current time", () => {
  test("is the world's, in UTC", () => {
    expect(render(`{{ now }} {{ now | date "2006-01-02" }} {{ date "15:04:05" "no time" }}`)).toBe(
      "2023-11-14 22:13:20 +0000 UTC 2023-11-14 22:13:20",
    );
    expect(render(`{{ ago 1699996400 }} {{ durationRound (toDate "2006" "2020") }}`)).toBe("1h0m0s 3y");
  });
});
