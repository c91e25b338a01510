import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveStream } from "./stream";

class FakeSource {
  static made: FakeSource[] = [];
  static readonly CLOSED = 2;
  readyState = 1;
  #hearers = new Map<string, (event: unknown) => void>();
  constructor(readonly url: string) {
    FakeSource.made.push(this);
  }
  addEventListener(name: string, then: (event: unknown) => void): void {
    this.#hearers.set(name, then);
  }
  say(name: string, data: unknown): void {
    this.#hearers.get(name)?.({ data: JSON.stringify(data) });
  }
  fail(): void {
    this.readyState = 2;
    this.#hearers.get("error")?.({});
  }
  close(): void {
    this.readyState = 2;
  }
}

const hearers = () => ({ snapshot: vi.fn(), change: vi.fn(), gone: vi.fn(), shut: vi.fn(), gap: vi.fn(), heard: vi.fn(), refused: vi.fn(), ended: vi.fn() });

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.made = [];
  vi.stubGlobal("EventSource", FakeSource);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("hands on what comes, with the server's clock", () => {
  const ears = hearers();
  const stream = new LiveStream(ears);
  stream.open();
  FakeSource.made[0]?.say("snapshot", { now: "2026-11-21T16:00:00Z", entities: [] });
  FakeSource.made[0]?.say("beat", { now: "2026-11-21T16:00:01Z" });
  expect(FakeSource.made[0]?.url).toBe("/api/v1/live");
  expect(ears.snapshot).toHaveBeenCalledTimes(1);
  expect(ears.heard.mock.calls).toEqual([["2026-11-21T16:00:00Z"], ["2026-11-21T16:00:01Z"]]);
  stream.close();
});

it("opens again after the browser gave up, slower each time", () => {
  const ears = hearers();
  const stream = new LiveStream(ears);
  stream.open();
  FakeSource.made[0]?.fail();
  expect(ears.refused).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(500);
  expect(FakeSource.made).toHaveLength(2);
  FakeSource.made[1]?.fail();
  vi.advanceTimersByTime(500);
  expect(FakeSource.made).toHaveLength(2);
  vi.advanceTimersByTime(500);
  expect(FakeSource.made).toHaveLength(3);
  stream.close();
});

it("opens again when an open stream falls silent", () => {
  const stream = new LiveStream(hearers());
  stream.open();
  FakeSource.made[0]?.say("beat", { now: null });
  vi.advanceTimersByTime(5_000);
  expect(FakeSource.made).toHaveLength(1);
  vi.advanceTimersByTime(4_000);
  expect(FakeSource.made.length).toBeGreaterThan(1);
  expect(FakeSource.made[0]?.readyState).toBe(2);
  stream.close();
});

it("stays shut once closed", () => {
  const stream = new LiveStream(hearers());
  stream.open();
  stream.close();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.made).toHaveLength(1);
});

it("ends for somebody who is no longer let in, and does not try again", () => {
  const ears = hearers();
  const stream = new LiveStream(ears);
  stream.open();
  FakeSource.made[0]?.say("ended", { why: "disabled", now: "2026-11-21T16:42:17Z" });
  expect(ears.ended).toHaveBeenCalledWith("disabled");
  FakeSource.made[0]?.fail();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.made).toHaveLength(1);
});
