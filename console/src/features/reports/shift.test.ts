import { expect, it } from "vitest";
import { setOpsZone } from "../../ui/time";
import { begun, shiftOf } from "./shift";

setOpsZone("Europe/Helsinki");
const now = Date.UTC(2026, 10, 21, 12); // 14:00 in Helsinki

it("reads fields in the operations zone", () => {
  expect(shiftOf("2026-11-21T06:00", "2026-11-21T13:00", now)).toEqual({ since: Date.UTC(2026, 10, 21, 4), until: Date.UTC(2026, 10, 21, 11) });
});

it("takes an empty end for now", () => {
  expect(shiftOf("2026-11-21T06:00", "", now)).toEqual({ since: Date.UTC(2026, 10, 21, 4), until: null });
});

it.each([
  ["", ""],
  ["2026-11-21T13:00", "2026-11-21T13:00"],
  ["2026-11-21T13:00", "2026-11-21T12:00"],
  ["2026-11-21T06:00", "2026-11-21T15:00"],
  ["2026-11-13T06:00", "2026-11-21T06:00"],
])("refuses what is no shift: %s to %s", (since, until) => {
  expect(shiftOf(since, until, now)).toBeNull();
});

it("begins on the minute", () => {
  expect(begun(8, now + 12_345)).toBe(now - 8 * 3_600_000);
});
