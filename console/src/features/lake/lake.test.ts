import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LakeSeries } from "../../api/lake";
import { cell, ROW, shown, widths } from "./cells";
import { drawing, MOST_BARS, MOST_LINES } from "./draw";
import { forget, past, remember } from "./past";
import { offsetOf, placeOf } from "./place";
import { quoted, starter } from "./starter";

const TIME = { name: "observed_at", type: "TIMESTAMP WITH TIME ZONE" };
const VALUE = { name: "value", type: "DOUBLE" };
const WORDS = { name: "entity", type: "VARCHAR" };
const series = (more: Partial<LakeSeries> = {}, readings = 100): LakeSeries => ({
  entity: "urn:ngsi-ld:ItemFlowObserved:K-05", type: "ItemFlowObserved", attribute: "intensity", unit: "C62", numeric: true, first: "2026-11-15T00:00:00Z", last: "2026-11-22T00:00:00Z",
  quality: { readings, interval_s: 60, age_s: 5, fresh: true, completeness: 1, validity: 1, drift: null, shift: null }, ...more,
});

describe("a starting question", () => {
  it("names its days, so that few files are read", () => expect(starter(series()).sql).toContain("day >= current_date - 7"));
  it("reads each value of a short series and means of a long one", () => {
    expect(starter(series()).sql).toMatch(/^SELECT observed_at, value\n/);
    expect(starter(series({}, 90_000)).sql).toContain("time_bucket(INTERVAL '5 minutes', observed_at)");
  });
  it("counts words", () => expect(starter(series({ numeric: false })).sql).toContain("GROUP BY text"));
  it("lets no id out of its quotes", () => {
    expect(quoted("O'Brien' OR 1=1 --")).toBe("'O''Brien'' OR 1=1 --'");
    expect(starter(series({ entity: "a'; SELECT 1" })).sql).toContain("entity = 'a''; SELECT 1'");
  });
});

describe("which chart an answer is", () => {
  it("is a line where there is a time, in order of time", () => {
    const d = drawing([TIME, VALUE], [["2026-11-22T10:01:00Z", 2], ["2026-11-22T10:00:00Z", 1], ["2026-11-22T10:02:00Z", null], ["2026-11-22T10:03:00Z", "NaN"]]);
    expect(d).toMatchObject({ kind: "lines", cut: 0, of: "value" });
    if (d?.kind === "lines") expect(d.lines.map((l) => l.points.map((p) => p.seen))).toEqual([[1, 2, null, null]]);
  });
  it("is a line for each word beside one measure, a few of them", () => {
    const rows = Array.from({ length: 20 }, (_, i) => ["2026-11-22T10:00:00Z", `K-${i % 10}`, i]);
    const d = drawing([TIME, WORDS, VALUE], rows);
    expect(d).toMatchObject({ kind: "lines", cut: 10 - MOST_LINES });
  });
  it("leaves places out, and takes times without a zone for UTC", () => {
    const d = drawing([{ name: "t", type: "TIMESTAMP" }, VALUE, { name: "lon", type: "DOUBLE" }], [["2026-11-22T10:00:00", 1, 25]]);
    expect(d?.kind === "lines" && d.lines.map((l) => [l.name, l.points[0]?.at])).toEqual([["value", Date.UTC(2026, 10, 22, 10)]]);
  });
  it("is bars where there is none", () => {
    const rows = Array.from({ length: MOST_BARS + 5 }, (_, i) => [i % 2 ? null : `a${i}`, i]);
    expect(drawing([WORDS, { name: "n", type: "BIGINT" }], rows)).toMatchObject({ kind: "bars", cut: 5, of: "n" });
    expect(drawing([{ name: "n", type: "DECIMAL(9,2)" }], [[3]])).toMatchObject({ kind: "bars", bars: [{ label: "1", value: 3 }] });
  });
  it("is nothing without a number, without rows, or with lists alone", () => {
    expect(drawing([TIME, WORDS], [["2026-11-22T10:00:00Z", "a"]])).toBeNull();
    expect(drawing([TIME, VALUE], [])).toBeNull();
    expect(drawing([{ name: "l", type: "INTEGER[]" }], [[[1]]])).toBeNull();
  });
});

describe("where a refusal points", () => {
  it("finds line and column among what is said", () => {
    expect(placeOf("Parser Error: syntax error (line 3, column 7)")).toEqual({ line: 3, column: 7 });
    expect(placeOf("it takes longer than 10 s")).toBeNull();
  });
  it("counts characters as the server does", () => {
    const text = "SELECT '🚒🚒'\nFROM x";
    expect(text.slice(offsetOf(text, { line: 2, column: 6 }))).toBe("x");
    expect(text.slice(offsetOf(text, { line: 1, column: 11 }))).toBe("'\nFROM x");
    expect(offsetOf("a", { line: 9, column: 9 })).toBe(1);
  });
});

describe("cells", () => {
  it("tell nothing from an empty text, and keep figures whole", () => {
    expect([cell(null, "VARCHAR"), cell("", "VARCHAR"), cell(0.1 + 0.2, "DOUBLE"), cell(false, "BOOLEAN"), cell([1], "INTEGER[]")]).toEqual([null, "", "0.30000000000000004", "false", "[1]"]);
    expect(cell("2026-11-22T10:00:00Z", TIME.type)).toBe("2026-11-22 10:00:00");
    expect(cell("2026-11-22T10:00:00Z", "VARCHAR")).toBe("2026-11-22T10:00:00Z");
  });
  it("are as wide as what is in them, within bounds", () => expect(widths([WORDS, VALUE], [["x".repeat(500), 1]])).toEqual([48, 8]));
  it("are drawn where one looks, however many there are", () => {
    const { from, to } = shown(5000 * ROW, 400, 10_000);
    expect(from).toBeLessThanOrEqual(5000);
    expect(to - from).toBeLessThan(50);
    expect(shown(0, 400, 3)).toEqual({ from: 0, to: 3 });
    expect(shown(1e9, 400, 3).to).toBe(3);
  });
});

describe("one's own last questions", () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal("localStorage", { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v), removeItem: (k: string) => void kept.delete(k) });
  });
  it("are a person's own, each text once, the newest first", () => {
    remember("eva", { sql: "SELECT 1", at: 1, rows: 1 });
    remember("eva", { sql: "SELECT 2", at: 2, rows: 1 });
    remember("eva", { sql: "SELECT 1", at: 3, rows: 1 });
    expect(past("eva").map((p) => [p.sql, p.at])).toEqual([["SELECT 1", 3], ["SELECT 2", 2]]);
    expect(past("gro")).toEqual([]);
    for (let i = 0; i < 80; i++) remember("eva", { sql: `SELECT ${i}`, at: i, rows: 0 });
    expect(past("eva")).toHaveLength(50);
    forget("eva");
    expect(past("eva")).toEqual([]);
  });
  it("survive what is no list", () => {
    localStorage.setItem("tocsin.lake.eva", "{]");
    expect(past("eva")).toEqual([]);
    localStorage.setItem("tocsin.lake.eva", '[{"sql": 1}, null, {"sql": "SELECT 1", "at": 1, "rows": 1}]');
    expect(past("eva")).toHaveLength(1);
  });
});
