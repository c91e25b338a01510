import { describe, expect, it } from "vitest";
import type { Geometry } from "../../api/advice";
import { broad, dense, index, Paper } from "./geometry";

const square: Geometry = { type: "Polygon", coordinates: [[[24.94, 60.17], [24.942, 60.17], [24.942, 60.171], [24.94, 60.171], [24.94, 60.17]]] };

describe("paper", () => {
  it("draws metres, north up", () => {
    const paper = new Paper([square], 0);
    const [west, north, wide, high] = paper.box;
    // two thousandths of a degree at 60.17° N are 110.6 m, one of latitude 111.2 m
    expect(wide).toBeCloseTo(110.6, 0);
    expect(high).toBeCloseTo(111.2, 0);
    expect(paper.at([24.94, 60.171])).toEqual([expect.closeTo(west, 3), expect.closeTo(north, 3)]);
    expect(paper.back(west, north)).toEqual([24.94, 60.171]);
    expect(paper.path(square)).toMatch(/^M.*Z$/);
    expect(paper.path({ type: "LineString", coordinates: [[24.94, 60.17], [24.942, 60.17]] })).not.toContain("Z");
  });
  it("leaves a margin", () => {
    expect(new Paper([square], 0.1).box[2]).toBeGreaterThan(new Paper([square], 0).box[2]);
  });
});

it("finds the moment in a series", () => {
  expect([-1, 0, 9, 10, 25, 99].map((at) => index([0, 10, 20], at))).toEqual([0, 0, 0, 1, 2, 2]);
  expect(index([], 5)).toBe(0);
});

it("steps density where the map does, from three people a square metre abnormal", () => {
  expect([0, 0.1, 0.5, 1, 2, 3, 4, 9].map(dense)).toEqual([0, 1, 2, 3, 4, 5, 6, 6]);
});

it("draws many broader than few, and few at all", () => {
  expect(broad(1000, 1000, 100)).toBeGreaterThan(broad(10, 1000, 100));
  expect(broad(1, 1000, 100)).toBeGreaterThan(0);
});
