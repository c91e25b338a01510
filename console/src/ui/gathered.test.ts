import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { gathered } from "./gathered";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("lets the first through at once and what follows together, losing nothing", () => {
  const seen: (readonly number[])[] = [];
  const gather = gathered<number>(4000, (all) => seen.push(all));
  gather.push(1);
  vi.advanceTimersByTime(0);
  expect(seen).toEqual([[1]]);
  [2, 3, 4].forEach(gather.push);
  vi.advanceTimersByTime(3999);
  expect(seen).toEqual([[1]]);
  vi.advanceTimersByTime(1);
  expect(seen).toEqual([[1], [2, 3, 4]]);
  vi.advanceTimersByTime(60_000);
  gather.push(5);
  vi.advanceTimersByTime(0);
  expect(seen.at(-1)).toEqual([5]);
});

it("is silent once stopped", () => {
  const seen: (readonly number[])[] = [];
  const gather = gathered<number>(4000, (all) => seen.push(all));
  gather.push(1);
  gather.stop();
  vi.advanceTimersByTime(10_000);
  expect(seen).toEqual([]);
});
