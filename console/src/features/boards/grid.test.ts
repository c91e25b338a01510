import { describe, expect, it } from "vitest";
import { clash, COLUMNS, firstFree, type Placed, place, reading, resize, settle, step } from "./grid";

const panel = (id: string, column: number, row: number, columns: number, rows: number): Placed => ({ id, at: { column, row, columns, rows } });
const where = (panels: readonly Placed[] | null): string => (panels ? panels.map(({ id, at }) => `${id}${at.column},${at.row}`).join(" ") : "null");
/** Numbers that look random and are the same every time. */
function dice(seed: number): (most: number) => number {
  let n = seed;
  return (most) => ((n = (n * 1103515245 + 12345) % 2147483648), Math.floor((n / 2147483648) * most));
}
const heap = (seed: number): Placed[] => {
  const roll = dice(seed);
  return Array.from({ length: 2 + roll(11) }, (_, i) => {
    const columns = 1 + roll(COLUMNS);
    return panel(`p${i}`, 1 + roll(COLUMNS + 1 - columns), 1 + roll(20), columns, 1 + roll(8));
  });
};
function lawful(panels: readonly Placed[], of: readonly Placed[]): void {
  expect(panels.map((p) => p.id)).toEqual(of.map((p) => p.id));
  for (const [i, a] of panels.entries()) {
    expect(a.at.column).toBeGreaterThanOrEqual(1);
    expect(a.at.column + a.at.columns - 1).toBeLessThanOrEqual(COLUMNS);
    expect(a.at.row).toBeGreaterThanOrEqual(1);
    for (const b of panels.slice(i + 1)) expect(clash(a.at, b.at)).toBe(false);
    // nothing hangs: what is not in the first row lies under something
    if (a.at.row > 1) expect(panels.some((b) => b !== a && clash(b.at, { ...a.at, row: a.at.row - 1 }))).toBe(true);
  }
}

describe("settled boards", () => {
  it("are lawful whatever came in, and stay as they are when settled again", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const before = heap(seed);
      const after = settle(before);
      lawful(after, before);
      expect(where(settle(after))).toBe(where(after));
    }
  });

  it("stay lawful under any row of steps, and lose no panel and no size", () => {
    const WAYS = ["left", "right", "up", "down"] as const;
    for (let seed = 1; seed <= 60; seed++) {
      const roll = dice(seed + 1000);
      let board = settle(heap(seed));
      for (let i = 0; i < 25; i++) {
        const id = board[roll(board.length)]?.id ?? "";
        const grows = roll(3) === 0;
        const next = grows ? resize(board, id, roll(3) - 1, roll(3) - 1, [1, 1]) : step(board, id, WAYS[roll(4)] ?? "up");
        if (!next) continue;
        lawful(next, board);
        for (const p of next) if (!grows || p.id !== id) expect([p.at.columns, p.at.rows]).toEqual(board.filter((b) => b.id === p.id).flatMap((b) => [b.at.columns, b.at.rows]));
        board = next;
      }
    }
  });
});

describe("by arrow keys", () => {
  const two = [panel("a", 1, 1, 6, 3), panel("b", 1, 4, 6, 5), panel("c", 7, 1, 6, 4)];
  it("down goes past what lies below, up comes back", () => {
    const down = step(two, "a", "down");
    expect(where(down)).toBe("a1,6 b1,1 c7,1");
    expect(where(step(down ?? [], "a", "up"))).toBe(where(two));
  });
  it("aside pushes what is in the way", () => {
    expect(where(step(two, "a", "right"))).toBe("a2,1 b1,4 c7,4");
  });
  it("says that there is no way on", () => {
    expect(step(two, "a", "up")).toBeNull();
    expect(step(two, "a", "left")).toBeNull();
    expect(step(two, "c", "right")).toBeNull();
    expect(step(two, "b", "down")).toBeNull();
    expect(step(two, "nobody", "up")).toBeNull();
  });
});

describe("by size", () => {
  const one = [panel("a", 8, 1, 4, 3)];
  it("neither below the least nor over the edge", () => {
    expect(resize(one, "a", -9, -9, [2, 2])?.[0]?.at).toEqual({ column: 8, row: 1, columns: 2, rows: 2 });
    expect(resize(one, "a", 9, 99, [2, 2])?.[0]?.at).toEqual({ column: 8, row: 1, columns: 5, rows: 40 });
    expect(resize(one, "a", 0, 0, [2, 2])).toBeNull();
  });
});

it("puts a new panel into the first gap that takes it", () => {
  const board = [panel("a", 1, 1, 8, 4), panel("b", 1, 5, 12, 4)];
  expect(firstFree(board, 4, 4)).toEqual({ column: 9, row: 1, columns: 4, rows: 4 });
  expect(firstFree(board, 5, 4)).toEqual({ column: 1, row: 9, columns: 5, rows: 4 });
  expect(firstFree([], 3, 3)).toEqual({ column: 1, row: 1, columns: 3, rows: 3 });
});

it("a place dragged to is kept to the edge, and the one that is held has its row", () => {
  const board = [panel("a", 1, 1, 6, 3), panel("b", 7, 1, 6, 3)];
  expect(where(place(board, "b", { column: 3, row: 1, columns: 6, rows: 3 }))).toBe("a1,4 b3,1");
  expect(where(place(board, "b", { column: 40, row: 1, columns: 6, rows: 3 }))).toBe("null");
  expect(reading(place(board, "b", { column: 3, row: 1, columns: 6, rows: 3 }) ?? []).map((p) => p.id)).toEqual(["b", "a"]);
});
