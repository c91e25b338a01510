import { describe, expect, it } from "vitest";
import type { Analysed } from "../../api/analytics";
import { buckets, gapsOf, picture } from "./figures";

const HOUR = 3_600_000;
const at = (h: number): string => new Date(h * HOUR).toISOString();
const answer = (more: Partial<Analysed>): Analysed => ({ kind: "aggregate", series: [], columns: {}, past: {}, notes: [], learned: false, step_s: 3600, zone: "UTC", forecast: null, relation: null, ...more }) as Analysed;

describe("what an answer holds", () => {
  it("marks every stretch without a value, also the last", () => {
    const seen = [1, null, null, 4, null].map((value, i) => ({ at: i * HOUR, value }));
    expect(gapsOf(seen, HOUR)).toEqual([{ from: HOUR, to: 3 * HOUR }, { from: 4 * HOUR, to: 5 * HOUR }]);
  });

  it("draws what was made up apart from what was seen", () => {
    const columns = { time: [0, 1, 2, 3].map(at), value: [1, 2, 3, 4], filled: [false, false, true, false] };
    const drawn = picture(answer({ kind: "fill", columns }), 30);
    expect(drawn.seen.map((p) => p.value)).toEqual([1, 2, null, 4]);
    expect(drawn.filled.map((p) => p.value)).toEqual([null, 2, 3, 4]);
  });

  it("lays the fan behind the past, widest first, and leaves out what has no value", () => {
    const columns = { time: [2, 3].map(at), p50: [5, null], p2_5: [1, null], p97_5: [9, null], p10: [2, null], p90: [8, null], p25: [4, null], p75: [6, null] };
    const drawn = picture(answer({ kind: "forecast", columns, past: { time: [0, 1].map(at), value: [3, 4] }, learned: true }), 30);
    expect(drawn.bands.map((b) => [b.name, b.points.length])).toEqual([["95", 1], ["80", 1], ["50", 1]]);
    expect(drawn.to).toBe(4 * HOUR);
    expect(drawn.fan).toBe(true);
  });

  it("makes buckets of hours", () => {
    expect(buckets(48, 900)).toBe(192);
  });
});
