import { expect, it } from "vitest";
import { moved } from "./drag";

const at = { column: 3, row: 2, columns: 4, rows: 5 };

it("follows the hand in whole cells, nearest first", () => {
  expect(moved(at, 149, 61, 100, 40, false)).toEqual({ ...at, column: 4, row: 4 });
  expect(moved(at, -500, -500, 100, 40, false)).toEqual({ ...at, column: -2, row: 1 });
  expect(moved(at, 40, 10, 100, 40, false)).toEqual(at);
});

it("by its corner a panel grows and never vanishes", () => {
  expect(moved(at, 210, -41, 100, 40, true)).toEqual({ ...at, columns: 6, rows: 4 });
  expect(moved(at, -5000, -5000, 100, 40, true)).toEqual({ ...at, columns: 1, rows: 1 });
});
