import { expect, it } from "vitest";
import { append, columns, type Point } from "./course";

const HOUR = 3_600_000;

it("a board that stands open for a day holds no more than a window's worth", () => {
  let points: readonly Point[] = [];
  for (let at = 0; at < 24 * HOUR; at += 1000) points = append(points, { at, value: at }, at - HOUR, HOUR);
  expect(points.length).toBeLessThanOrEqual(601);
  expect(points[0]?.at).toBeGreaterThanOrEqual(23 * HOUR - 7000);
  expect(points.every((point, i) => !i || point.at > (points[i - 1]?.at ?? 0))).toBe(true);
});

it("nothing new and nothing old is nothing to draw: the same array comes back", () => {
  const points = [{ at: 10, value: 1 }];
  expect(append(points, null, 0, HOUR)).toBe(points);
  expect(append(points, { at: 11, value: 2 }, 0, HOUR)).toBe(points);
  expect(append(points, null, 11, HOUR)).toEqual([]);
});

it("lays courses on one axis and leaves holes where one is silent", () => {
  expect(columns([[{ at: 1000, value: 1 }, { at: 3000, value: 3 }], [{ at: 2000, value: 2 }]])).toEqual([[1, 2, 3], [1, undefined, 3], [undefined, 2, undefined]]);
  expect(columns([])).toEqual([[]]);
});
