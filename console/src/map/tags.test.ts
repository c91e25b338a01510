import { expect, it } from "vitest";
import { apart, type Tag } from "./tags";

const tag = (id: string, x: number, y: number, side: Tag["side"] = "east", width = 100): Tag => ({ id, x, y, side, width });

it("tags that are clear of each other stay", () => {
  expect([...apart([tag("a", 0, 0), tag("b", 0, 40), tag("c", 300, 0, "west")], 20).values()]).toEqual([0, 0, 0]);
});
it("those that meet move away from the middle, the nearest stays", () => {
  const moved = apart([tag("a", 0, 100), tag("b", 4, 104), tag("c", 2, 108)], 100);
  expect(moved.get("a")).toBe(0);
  expect(moved.get("b")).toBe(21);
  expect(moved.get("c")).toBe(21 * 2);
  expect(apart([tag("a", 0, 90), tag("b", 0, 85)], 100).get("b")).toBe(-21);
});
it("north goes up and south goes down", () => {
  const moved = apart([tag("a", 0, 0, "north"), tag("b", 30, 1, "north"), tag("c", 0, 200, "south"), tag("d", 30, 201, "south")], 0);
  expect([moved.get("b"), moved.get("d")]).toEqual([-21, 21]);
});
it("a heap gives up after a while", () => {
  const heap = Array.from({ length: 30 }, (_, n) => tag(String(n), 0, 0));
  expect(Math.max(...apart(heap, -1).values())).toBe(8 * 21);
});
