import { expect, it } from "vitest";
import { age, clock, clockOn, clockUtc, full, opsZone, setOpsZone, span, withZone, zoneLabel } from "./time";

const winter = Date.parse("2026-11-21T16:42:17Z");
const summer = Date.parse("2026-07-01T09:00:00Z");

it("labels the operations zone, summer and winter", () => {
  expect(withZone(winter)).toBe("18:42:17 EET");
  expect(withZone(summer)).toBe("12:00:00 EEST");
  expect(clockUtc(winter)).toBe("16:42:17");
  expect(zoneLabel(summer)).toBe("EEST");
  expect(full(winter)).toBe("Sat 21 Nov 18:42:17 EET · 16:42:17 UTC");
  expect(full(Number.NaN)).toBe("");
});

it("counts midnight as 00", () => {
  expect(clock(Date.parse("2026-11-21T22:00:05Z"))).toBe("00:00:05");
});

it("puts the date before a time of another day", () => {
  expect(clockOn(winter, winter + 1000)).toBe("18:42:17");
  expect(clockOn(winter - 86_400_000, winter)).toBe("20 Nov 18:42");
});

it("says ages and spans", () => {
  expect([0, 41_000, 85_000, 599_000, 660_000, 3 * 3_600_000, 50 * 3_600_000, -5].map(age)).toEqual(["0:00", "0:41", "1:25", "9:59", "11 min", "3 h", "2 days", "0:00"]);
  expect([6_000, 107_000, 1_200_000, 4_800_000, 7_200_000].map(span)).toEqual(["6 s", "1 min 47 s", "20 min", "1 h 20 min", "2 h"]);
});

it("takes the zone of the city, not one that nobody knows", () => {
  setOpsZone("Nowhere/Atlantis");
  expect(opsZone()).toBe("Europe/Helsinki");
  setOpsZone("Australia/Melbourne");
  expect(clock(winter)).toBe("03:42:17");
  setOpsZone("Europe/Helsinki");
});
