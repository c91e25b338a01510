import { expect, it } from "vitest";
import { bytes, figure, range, ticks } from "./numbers";

it("writes figures without false precision", () => {
  expect([4.6, 4, 23.46, 1901, 0.123, 0, -3.25, 8e-7, Number.NaN].map(figure)).toEqual(["4.6", "4", "23.5", "1,901", "0.12", "0", "−3.3", "< 0.01", "–"]);
  expect(range(1.2, 2.6)).toBe("1.2–2.6");
  expect([84, 5120, 2_500_000].map(bytes)).toEqual(["84 B", "5.1 kB", "2.5 MB"]);
});

it("finds round marks that cover the reach", () => {
  expect(ticks(0, 4.6, 4)).toEqual([0, 2, 4, 6]);
  expect(ticks(61, 88, 4)).toEqual([60, 70, 80, 90]);
  expect(ticks(5, 5)[0]).toBeLessThanOrEqual(5);
});
