/** Which chart an answer is: lines over its time column, else bars. Pure. */
import type { Column } from "../../api/lake";

export interface Line {
  name: string;
  points: { at: number; seen: number | null }[];
}
export interface Bar {
  label: string;
  value: number;
}
/** `cut`: lines or bars that were left out, so that the others can be read. */
export type Drawing = { kind: "lines"; lines: Line[]; cut: number; of: string } | { kind: "bars"; bars: Bar[]; cut: number; of: string };

export const MOST_LINES = 6;
export const MOST_BARS = 100;
const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/;
/** a place is no measure to draw over time */
const PLACE = new Set(["lon", "lat"]);

export const isTime = (type: string): boolean => /^(TIMESTAMP|DATE)/.test(type) && !type.endsWith("]");
export const isNumber = (type: string): boolean => NUMBER.test(type);

/** ms since 1970. What bears no zone is UTC, as the lake has it. NaN: no such moment (infinity). */
export function moment(value: unknown, type: string): number {
  if (typeof value !== "string") return NaN;
  return Date.parse(type === "DATE" || type.includes("ZONE") ? value : `${value}Z`);
}

const number = (value: unknown): number | null => {
  const found = typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : NaN;
  return Number.isFinite(found) ? found : null;
};

export function drawing(columns: readonly Column[], rows: readonly unknown[][]): Drawing | null {
  const measures = columns.flatMap((c, i) => (isNumber(c.type) && !PLACE.has(c.name) ? [i] : []));
  const time = columns.findIndex((c) => isTime(c.type));
  const words = columns.findIndex((c) => c.type === "VARCHAR" || c.type === "BOOLEAN");
  const first = measures[0];
  if (first === undefined || !rows.length) return null;
  const name = (i: number): string => columns[i]?.name ?? "";
  if (time < 0) {
    const bars = rows.flatMap((row, at) => {
      const value = number(row[first]);
      return value === null ? [] : [{ label: words < 0 ? String(at + 1) : String(row[words] ?? "–"), value }];
    });
    return bars.length ? { kind: "bars", bars: bars.slice(0, MOST_BARS), cut: Math.max(0, bars.length - MOST_BARS), of: name(first) } : null;
  }
  const at = (row: readonly unknown[]): number => moment(row[time], columns[time]?.type ?? "");
  const groups = words < 0 ? [] : [...new Set(rows.map((row) => String(row[words] ?? "–")))];
  // words beside one measure name the lines; beside several, or all alike, they do not
  const lines: Line[] =
    groups.length > 1 && measures.length === 1
      ? groups.map((group) => ({ name: group, points: points(rows.filter((row) => String(row[words] ?? "–") === group), at, first) }))
      : measures.map((i) => ({ name: name(i), points: points(rows, at, i) }));
  const whole = lines.filter((l) => l.points.some((p) => p.seen !== null)).sort((a, b) => (groups.length > 1 && measures.length === 1 ? b.points.length - a.points.length : 0));
  return whole.length ? { kind: "lines", lines: whole.slice(0, MOST_LINES), cut: Math.max(0, whole.length - MOST_LINES), of: measures.length === 1 ? name(first) : "" } : null;
}

function points(rows: readonly unknown[][], at: (row: readonly unknown[]) => number, column: number): Line["points"] {
  return rows
    .map((row) => ({ at: at(row), seen: number(row[column]) }))
    .filter((p) => Number.isFinite(p.at))
    .sort((a, b) => a.at - b.at);
}
