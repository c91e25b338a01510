import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { paced } from "./paced";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("lets the first through at once, then the newest of each pause", () => {
  const seen: number[] = [];
  const pace = paced<number>(200, (n) => seen.push(n));
  [1, 2, 3].forEach(pace.push);
  expect(seen).toEqual([1]);
  vi.advanceTimersByTime(200);
  expect(seen).toEqual([1, 3]);
  vi.advanceTimersByTime(1000);
  pace.push(4);
  expect(seen).toEqual([1, 3, 4]);
});
