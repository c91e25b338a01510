import { expect, it } from "vitest";
import { bars, shown } from "./course";

it("draws a quiet time low and never hides the flood line", () => {
  const quiet = bars([{ count: 2, peak: 1 }, { count: 0, peak: 0 }], 52);
  expect(quiet.heights).toEqual([5, 0]);
  expect(quiet.flood).toBe(2);
  const wild = bars([{ count: 40, peak: 20 }], 52);
  expect(wild.heights).toEqual([50]);
  expect(wild.flood).toBe(27);
});

it("says a figure with its unit, and nothing where there is nothing", () => {
  expect([shown(3, "alerts"), shown(0.4167, "alerts"), shown(12.5, "%"), shown(80, "%"), shown(null, "%")]).toEqual(["3", "0.42", "13 %", "80 %", "–"]);
});
