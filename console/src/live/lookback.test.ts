import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Alert, EntityState, Incident, PastPicture, Status } from "../api/types";
import { alert, entity, incident, iso, T0 } from "../testing/make";

const NOW = T0 + 3_600_000;
const onStep = (at: number): number => Math.floor(at / 10_000) * 10_000;
// each test takes the modules in anew
vi.setConfig({ testTimeout: 30_000 });

/** Live events come through this, as from the server. */
class FakeSource {
  static made: FakeSource[] = [];
  static readonly CLOSED = 2;
  readyState = 1;
  #hearers = new Map<string, (event: unknown) => void>();
  constructor() {
    FakeSource.made.push(this);
  }
  addEventListener(name: string, then: (event: unknown) => void): void {
    this.#hearers.set(name, then);
  }
  say(name: string, data: unknown): void {
    this.#hearers.get(name)?.({ data: JSON.stringify(data) });
  }
  close(): void {
    this.readyState = 2;
  }
}

/** Questions for the past, answered when the test says so. */
const asked: { at: number; answer: (status?: number) => void }[] = [];
const past = (at: number): PastPicture => ({
  entities: [entity("Camera", `PAST-${at}`, { status: "on" })], alerts: [alert({ id: `PAST-${at}` })], incidents: [incident({ id: `PAST-INC-${at}` })], now: iso(at), staleness_s: 10_800, first: iso(T0), why: "", final: true, closed_since: [],
});

async function seat() {
  vi.resetModules();
  const { city } = await import("./city.svelte");
  const { desk } = await import("./desk.svelte");
  const { lookback } = await import("./lookback.svelte");
  const { clock } = await import("./clock.svelte");
  clock.now = NOW;
  city.open();
  const source = FakeSource.made.at(-1);
  if (!source) throw new Error("no stream");
  return { city, desk, lookback, clock, say: (name: string, data: object) => source.say(name, data) };
}
type Seat = Awaited<ReturnType<typeof seat>>;
const drawn = (of: { entities: ReadonlyMap<string, unknown>; alerts: ReadonlyMap<string, unknown>; incidents: ReadonlyMap<string, unknown> }) =>
  [of.entities, of.alerts, of.incidents].map((map) => [...map.entries()].sort(([a], [b]) => (a < b ? -1 : 1)));
const settle = async (): Promise<void> => {
  for (let i = 0; i < 8; i++) await Promise.resolve();
};

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  asked.length = 0;
  FakeSource.made = [];
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("document", { hidden: true, documentElement: {} });
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("fetch", (address: string) => {
    const { pathname, searchParams } = new URL(address, "http://city");
    if (!pathname.endsWith("/picture")) return Promise.resolve(new Response('{"items":[],"next":null}'));
    const at = Date.parse(searchParams.get("at") ?? "");
    return new Promise<Response>((resolve) =>
      asked.push({ at, answer: (status = 200) => resolve(new Response(JSON.stringify(status === 200 ? past(at) : { title: "no", status, detail: "gone" }), { status })) }),
    );
  });
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const snapshot = (alerts: Alert[]): object => ({ entities: [], alerts, incidents: [], tasks: [], requests: [], advice: [], status: {} as Status, now: iso(NOW) });
const answered = async (which: number, status = 200): Promise<void> => {
  asked[which]?.answer(status);
  await vi.advanceTimersByTimeAsync(20);
};

describe("looking back", () => {
  it("shows the picture of that moment and nothing of live, then live again", async () => {
    const { desk, lookback, say } = await seat();
    say("snapshot", snapshot([alert({ id: "LIVE-1" })]));
    lookback.go(NOW - 60_000);
    expect(desk.alerts.size).toBe(0); // live is off the screen before the past is on it
    await answered(0);
    expect(lookback.busy).toBe(false);
    expect([...desk.alerts.keys()]).toEqual([`PAST-${onStep(NOW - 60_000)}`]);
    expect(desk.now).toBe(onStep(NOW - 60_000));
    lookback.live();
    expect([...desk.alerts.keys()]).toEqual(["LIVE-1"]);
  });

  it("a late answer to an earlier question is not shown", async () => {
    const { desk, lookback, say } = await seat();
    say("snapshot", snapshot([]));
    lookback.go(NOW - 600_000);
    lookback.go(NOW - 300_000);
    expect(asked).toHaveLength(2);
    await answered(1);
    await answered(0);
    expect([...desk.alerts.keys()]).toEqual([`PAST-${onStep(NOW - 300_000)}`]);
  });

  it("a dragged handle asks only where it rests", async () => {
    const { lookback } = await seat();
    for (let n = 1; n <= 20; n++) lookback.go(NOW - n * 20_000, { settle: true });
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked.map((a) => a.at)).toEqual([onStep(NOW - 400_000)]);
  });

  it("a moment that cannot be read shows nothing, says so and stops the play", async () => {
    const { desk, lookback, say } = await seat();
    say("snapshot", snapshot([alert()]));
    lookback.go(NOW - 60_000);
    lookback.play();
    await answered(0, 503);
    expect([lookback.problem?.status, desk.alerts.size, lookback.playing, lookback.busy]).toEqual([503, 0, false, false]);
  });

  it("the future, the last seconds and what is no time are live", async () => {
    const { lookback } = await seat();
    for (const at of [NOW + 60_000, NOW - 2_000, NaN]) {
      lookback.go(at);
      expect(lookback.on).toBe(false);
    }
  });

  it("tells of critical alerts that come to live meanwhile, not of those that stood there", async () => {
    const { lookback, say } = await seat();
    say("snapshot", snapshot([alert({ id: "old", severity: "critical" })]));
    lookback.go(NOW - 60_000);
    expect(lookback.criticalNow).toBe(0);
    const change = (a: Alert): void => say("change", { entities: [], alerts: [a], incidents: [], tasks: [], requests: [], advice: [], now: iso(NOW) });
    change(alert({ id: "high", severity: "high" }));
    expect(lookback.criticalNow).toBe(0);
    change(alert({ id: "new", severity: "critical" }));
    expect(lookback.criticalNow).toBe(1);
    change(alert({ id: "new", version: 2, severity: "critical", state: "acknowledged" }));
    expect(lookback.criticalNow).toBe(0);
  });

  it("nothing is done to what is past", async () => {
    const { lookback } = await seat();
    const { commands } = await import("./commands.svelte");
    const calls = vi.fn(() => Promise.resolve(new Response("{}")));
    lookback.go(NOW - 60_000);
    vi.stubGlobal("fetch", calls);
    expect(await commands.alert(alert(), "acknowledge")).toBeNull();
    expect(calls).not.toHaveBeenCalled();
    lookback.live();
    await commands.alert(alert(), "acknowledge");
    expect(calls).toHaveBeenCalledTimes(1);
  });
});

describe("playing", () => {
  it("goes on at its pace, waits for a late picture, asks for the next one early, and ends at live", async () => {
    const { lookback, clock } = await seat();
    lookback.go(NOW - 300_000);
    const start = lookback.at ?? 0;
    lookback.speed = 60;
    lookback.play();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(lookback.at).toBe(start); // its first picture has not come
    await answered(0);
    await vi.advanceTimersByTimeAsync(1_250);
    const second = lookback.at ?? 0;
    expect(second - start).toBeGreaterThan(0);
    expect(second % 60_000).toBe(0);
    asked.find((a) => a.at === second)?.answer();
    await vi.advanceTimersByTimeAsync(20);
    expect(asked.map((a) => a.at)).toContain(second + 60_000);
    for (let n = 0; n < 12 && lookback.on; n++) {
      clock.now = NOW;
      for (const a of asked) a.answer();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect([lookback.on, lookback.playing]).toEqual([false, false]);
  });
});

/** mulberry32: small, seeded, good enough to choose among a few things. */
function dice(seed: number): (sides: number) => number {
  let s = seed;
  return (sides) => {
    s = (s + 0x6d2b79f5) | 0;
    let x = Math.imul(s ^ (s >>> 15), 1 | s);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) % sides;
  };
}
const STATES = ["new", "acknowledged", "confirmed", "closed"] as const;

/** One live event, of a few things that come, change and go. */
function event(roll: (sides: number) => number, version: number): [string, object] {
  const one = <T>(make: (id: string) => T): T[] => (roll(2) ? [make(`LIVE-${roll(5)}`)] : []);
  const items: { entities: EntityState[]; alerts: Alert[]; incidents: Incident[]; tasks: []; requests: []; advice: [] } = {
    tasks: [],
    requests: [],
    advice: [],
    entities: one((id) => entity("Camera", id, { status: roll(9) }, { accepted_at: iso(T0 + version) })),
    alerts: one((id) => alert({ id, version: 1 + roll(version + 1), state: STATES[roll(4)] ?? "new", severity: roll(2) ? "critical" : "low" })),
    incidents: one((id) => incident({ id, version: 1 + roll(version + 1), state: roll(3) ? "open" : "closed" })),
  };
  const kind = roll(6);
  if (kind === 0) return ["snapshot", { ...items, status: {}, now: iso(NOW) }];
  if (kind === 1) return [roll(2) ? "gone" : "shut", { tasks: [], requests: [], advice: [], entities: one((id) => `urn:ngsi-ld:Camera:${id}`), alerts: one((id) => id), incidents: one((id) => id) }];
  return ["change", { ...items, now: iso(NOW) }];
}

it.each(Array.from({ length: 40 }, (_, seed) => seed))("live shows exactly the live state after any sequence of looking back and live events (%i)", async (seed) => {
  const roll = dice(seed * 7919 + 1);
  const stays: Seat = await seat(); // never looks back
  const looks: Seat = await seat();
  for (const s of [stays, looks]) s.say("snapshot", snapshot([]));
  for (let n = 1; n <= 40; n++) {
    const what = roll(8);
    if (what < 4) {
      const live = event(roll, n);
      for (const s of [stays, looks]) s.say(...live);
    } else if (what === 4) looks.lookback.go(NOW - 20_000 - roll(100) * 30_000, { settle: roll(2) === 0 });
    else if (what === 5) looks.lookback.live();
    else if (what === 6) asked[roll(asked.length || 1)]?.answer(roll(5) ? 200 : 503);
    else if (roll(2)) looks.lookback.toggle();
    else await vi.advanceTimersByTimeAsync(400);
    await settle();
    expect(drawn(looks.city)).toEqual(drawn(stays.city));
    if (looks.lookback.on) {
      // the picture of one moment, whole, or nothing
      const ids = [...looks.desk.alerts.keys(), ...looks.desk.incidents.keys(), ...looks.desk.entities.keys()];
      expect(ids.every((id) => id.includes("PAST-"))).toBe(true);
      expect(new Set(ids.map((id) => id.replace(/^.*-/, ""))).size).toBeLessThanOrEqual(1);
      if (!looks.lookback.busy && !looks.lookback.problem) expect([...looks.desk.alerts.keys()]).toEqual([`PAST-${String(looks.lookback.at)}`]);
    } else expect(drawn(looks.desk)).toEqual(drawn(stays.desk));
  }
  looks.lookback.live();
  for (const a of asked) a.answer();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(drawn(looks.desk)).toEqual(drawn(stays.desk));
  expect([looks.desk.now, looks.desk.groups]).toEqual([looks.clock.now, stays.desk.groups]);
});
