import { expect, it } from "vitest";
import { type BandPoint, bandOutline, extent, scale, strokes, thin } from "./chart";

const p = (at: number, seen: number | null, low = 1, high = 2): BandPoint => ({ at, seen, low, high });
const s = scale([p(0, 1), p(10, 1)], { left: 0, right: 100, top: 0, bottom: 50 }, 0, 5);

it("scales time to the right and value upwards", () => {
  expect([s.x(0), s.x(10), s.y(0), s.y(5)]).toEqual([0, 100, 50, 0]);
});

it("covers seen, band and limit", () => {
  expect(extent([p(0, 4), p(1, null, -1, 2)], [6, null])).toEqual([-1, 6]);
  expect(extent([])).toEqual([0, 1]);
});

it("draws inside and outside the band apart, joined, and breaks at gaps", () => {
  const drawn = strokes([p(0, 1.5), p(1, 1.5), p(2, 3), p(3, 3), p(4, null), p(5, 1.5)], s);
  expect(drawn.map((d) => d.off)).toEqual([false, true, false]);
  expect(drawn[1]?.points.split(" ")).toHaveLength(3);
  expect(drawn[2]?.points.split(" ")).toHaveLength(1);
});

it("outlines the band there and back", () => {
  expect(bandOutline([p(0, 1), p(10, 1)], s).split(" ")).toHaveLength(4);
});

it("thins without losing a peak or the last point", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => ({ at: i, seen: i === 7777 ? 99 : Math.sin(i) }));
  const few = thin(many, 200);
  expect(few.length).toBeLessThanOrEqual(202);
  expect(Math.max(...few.map((q) => q.seen))).toBe(99);
  expect(few.at(-1)?.at).toBe(9_999);
  expect(few.every((q, i) => !i || q.at > (few[i - 1]?.at ?? 0))).toBe(true);
});
