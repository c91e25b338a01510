import { expect, it } from "vitest";
import { alert, iso, T0 } from "../testing/make";
import { loadAt, loadCurve, loadWord } from "./load";

const at = (min: number, more = {}) => alert({ raised_at: iso(T0 - min * 60_000), ...more });

it("counts ten minutes back, without what was held back", () => {
  const alerts = [at(0), at(9.9), at(10), at(20), at(1, { suppressed: { rule: { id: "F", words: "" }, at: iso(T0) } })];
  expect(loadAt(alerts, T0)).toBe(2);
  expect(loadCurve(alerts, T0, 3, 600_000)).toEqual([1, 1, 2]);
});

it("names the load as ISA-18.2 does", () => {
  expect([0, 2, 3, 9, 10, 30].map(loadWord)).toEqual(["calm", "calm", "above", "above", "flood", "flood"]);
});
