import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../../api/http";
import { EVERY_MS, Located } from "./located.svelte";
import { eighth, metres, rounded } from "./place";
import { fitted } from "./shrink";

const ON = { incident: "INC-001", task: "p.exit" };

/** A phone that says where it is when it is asked, and a clock set by hand. */
function phone(): { say: (lat: number) => void; fail: (code: number) => void; watching: () => boolean; asked: () => number; sent: [string, number][]; clock: { now: number }; located: Located; refuse: { next: ApiProblem | null } } {
  let hear: PositionCallback | null = null;
  let broken: PositionErrorCallback | null | undefined = null;
  let asked = 0;
  const clock = { now: 0 };
  const refuse: { next: ApiProblem | null } = { next: null };
  const sent: [string, number][] = [];
  const geolocation = {
    watchPosition: (ok: PositionCallback, failed?: PositionErrorCallback | null) => ((hear = ok), (broken = failed), (asked += 1), asked),
    clearWatch: () => void (hear = null),
  };
  const located = new Located(() => geolocation, async (on, fix) => { sent.push([on.task, fix.lat]); if (refuse.next) throw refuse.next; }, () => clock.now);
  const say = (latitude: number): void => hear?.({ coords: { latitude, longitude: 24.9, accuracy: 8 } } as GeolocationPosition);
  return { say, fail: (code) => broken?.({ code } as GeolocationPositionError), watching: () => hear !== null, asked: () => asked, sent, clock, located, refuse };
}
afterEach(() => void vi.useRealTimers());

describe("where a phone is", () => {
  it("is not asked before somebody consents on a task", async () => {
    const p = phone();
    p.located.follow([]);
    await p.located.tick();
    expect([p.asked(), p.sent]).toEqual([0, []]);
  });
  it("is sent at most every 15 s, also where the phone lies still", async () => {
    const p = phone();
    p.located.follow([ON]);
    p.say(60.1);
    await Promise.resolve();
    expect(p.sent).toEqual([["p.exit", 60.1]]);
    p.clock.now = EVERY_MS - 1;
    p.say(60.2);
    await p.located.tick();
    expect(p.sent).toHaveLength(1);
    p.clock.now = EVERY_MS;
    await p.located.tick();
    expect(p.sent).toEqual([["p.exit", 60.1], ["p.exit", 60.2]]);
  });
  it("is forgotten and no more asked for once no task has consent", async () => {
    const p = phone();
    p.located.follow([ON]);
    p.say(60.1);
    p.located.follow([]);
    expect([p.watching(), p.located.fix]).toEqual([false, null]);
    p.clock.now = 10 * EVERY_MS;
    p.say(60.3);
    await p.located.tick();
    expect(p.sent).toHaveLength(1);
  });
  it("is not kept for later when it cannot be sent", async () => {
    const p = phone();
    p.refuse.next = new ApiProblem({ type: "", title: "", status: 0, detail: "" });
    p.located.follow([ON]);
    p.say(60.1);
    await Promise.resolve();
    p.refuse.next = null;
    p.clock.now = EVERY_MS;
    p.say(60.2);
    await p.located.tick();
    expect(p.sent.map(([, lat]) => lat)).toEqual([60.1, 60.2]);
  });
  it("says why it is not known", () => {
    const p = phone();
    p.located.follow([ON]);
    p.fail(1);
    expect(p.located.trouble).toBe("refused by the phone");
    p.say(60.1);
    expect(p.located.trouble).toBeNull();
    p.fail(2);
    expect(p.located.trouble).toBe("not found");
  });
});

it("tells the way as the crow flies", () => {
  // a minute of latitude is a nautical mile, 1,852 m; on the mean sphere 1,853.2 m
  expect(metres({ lon: 25, lat: 60 }, { lon: 25, lat: 60 + 1 / 60 })).toBeCloseTo(1853.25, 1);
  const from = { lon: 24.9437, lat: 60.1713 };
  expect([[0, 1], [1, 1], [1, 0], [1, -1], [0, -1], [-1, -1], [-1, 0], [-1, 1]].map(([x = 0, y = 0]) => eighth(from, { lon: from.lon + x * 0.002, lat: from.lat + y * 0.001 }))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect([164.6, 256, 3_449].map(rounded)).toEqual([165, 260, 3400]);
});

it("makes a photograph smaller, never larger, and keeps its shape", () => {
  expect([fitted(4000, 3000), fitted(3000, 4000), fitted(800, 600), fitted(100_000, 10)]).toEqual([[1600, 1200], [1200, 1600], [800, 600], [1600, 1]]);
});
