import { beforeEach, expect, it, vi } from "vitest";
import { iso, T0 } from "../testing/make";

beforeEach(() => void vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined }));

it("an address names its moment, or none", async () => {
  const { momentIn } = await import("./moment.svelte");
  expect(momentIn(`?at=${iso(T0)}`)).toBe(T0);
  expect(momentIn("?at=2026-11-21T18:42:17%2B02:00&x=1")).toBe(T0);
  expect([momentIn(""), momentIn("?at="), momentIn("?at=yesterday")]).toEqual([null, null, null]);
});

it("a moment goes into the address and out again, beside what else is asked", async () => {
  const { momentIn, withMoment } = await import("./moment.svelte");
  const there = withMoment("/alerts/AL-0001", "?x=1", T0);
  expect(there).toBe("/alerts/AL-0001?x=1&at=2026-11-21T16:42:17Z");
  expect(momentIn(new URL(there, "http://city").search)).toBe(T0);
  expect(withMoment("/", "?x=1&at=2026-11-21T16:42:17Z", null)).toBe("/?x=1");
  expect(withMoment("/", "?at=2026-11-21T16:42:17Z", null)).toBe("/");
});
