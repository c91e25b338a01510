import { expect, it } from "vitest";
import { blank } from "./draft";
import { nearest, snapped } from "./edge";

const square = { ...blank(), walkable: [[[[24.94, 60.17], [24.942, 60.17], [24.942, 60.171], [24.94, 60.171], [24.94, 60.17]] as [number, number][]]] };

it("finds the nearest place on the edge, in metres", () => {
  const found = nearest(square, [24.941, 60.16999]);
  expect(found?.away).toBeCloseTo(1.11, 1);
  expect(found?.place).toEqual([expect.closeTo(24.941, 6), expect.closeTo(60.17, 6)]);
  expect(nearest(blank(), [24.9, 60.1])).toBeNull();
});

it("takes what is near the edge onto it, and leaves what is not", () => {
  expect(snapped(square, [24.941, 60.16999])[1]).toBeCloseTo(60.17, 7);
  expect(snapped(square, [24.941, 60.1705])).toEqual([24.941, 60.1705]);
});
