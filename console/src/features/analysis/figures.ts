/** What an answer holds, ready to be drawn: times as ms, curves as points, gaps as stretches. Pure. */
import type { Analysed } from "../../api/analytics";

export interface Point {
  at: number;
  value: number | null;
}
export interface Band {
  name: string;
  points: { at: number; low: number; high: number }[];
}
export interface Picture {
  seen: Point[];
  /** made up by filling, with a value on both sides */
  filled: Point[];
  usual: Point[];
  ahead: Point[];
  /** widest first */
  bands: Band[];
  /** learnt: drawn in the colour of advice */
  fan: boolean;
  gaps: { from: number; to: number }[];
  from: number;
  to: number;
}

type Columns = Record<string, unknown[] | undefined>;
const numbers = (columns: Columns, name: string): (number | null)[] => (columns[name] ?? []).map((v) => (typeof v === "number" ? v : null));
const times = (columns: Columns): number[] => (columns["time"] ?? []).map((v) => Date.parse(String(v)));

function points(columns: Columns, name: string): Point[] {
  const at = times(columns);
  return numbers(columns, name).map((value, i) => ({ at: at[i] ?? NaN, value }));
}

function band(columns: Columns, name: string, low: string, high: string): Band {
  const [at, lows, highs] = [times(columns), numbers(columns, low), numbers(columns, high)];
  const whole = at.flatMap((t, i) => {
    const [l, h] = [lows[i], highs[i]];
    return l === null || l === undefined || h === null || h === undefined ? [] : [{ at: t, low: l, high: h }];
  });
  return { name, points: whole };
}

/** Stretches without a value, each from the last value before it to the first one after. */
export function gapsOf(seen: readonly Point[], step: number): { from: number; to: number }[] {
  const out: { from: number; to: number }[] = [];
  let open: number | null = null;
  for (const p of seen) {
    if (p.value === null) open ??= p.at;
    else if (open !== null) {
      out.push({ from: open, to: p.at });
      open = null;
    }
  }
  const last = seen.at(-1);
  if (open !== null && last) out.push({ from: open, to: last.at + step });
  return out;
}

/** At most so many of the newest points: older ones would be thinner than a line. */
const MOST = 1000;

export function picture(found: Analysed, days: number): Picture {
  const columns = found.columns as Columns;
  const past = found.past as Columns;
  const step = found.step_s * 1000;
  const cut = (all: Point[]): Point[] => {
    const end = all.at(-1)?.at ?? 0;
    return all.filter((p) => p.at > end - days * 86_400_000).slice(-MOST);
  };
  const own = found.kind === "aggregate" || found.kind === "fill";
  const all = cut(points(own ? columns : past, "value"));
  const made = own ? new Set(times(columns).filter((_, i) => columns["filled"]?.[i] === true)) : new Set<number>();
  const seen = all.map((p) => (made.has(p.at) ? { ...p, value: null } : p));
  // a line through what was made up needs the values on both sides of it
  const filled = made.size ? all.map((p, i) => ({ ...p, value: [i - 1, i, i + 1].some((j) => made.has(all[j]?.at ?? NaN)) ? p.value : null })) : [];
  const start = all[0]?.at ?? 0;
  const within = (b: Band): Band => ({ ...b, points: b.points.filter((p) => p.at >= start) });
  const forecast = found.kind === "forecast";
  const bands = forecast
    ? [band(columns, "95", "p2_5", "p97_5"), band(columns, "80", "p10", "p90"), band(columns, "50", "p25", "p75")]
    : found.kind === "baseline"
      ? [within(band(past, "90", "p5", "p95")), within(band(past, "50", "p25", "p75"))]
      : [];
  const ahead = forecast ? points(columns, "p50") : [];
  return {
    seen,
    filled,
    usual: found.kind === "baseline" ? points(past, "p50").filter((p) => p.at >= start) : [],
    ahead,
    bands,
    fan: forecast,
    gaps: gapsOf(all, step),
    from: start,
    to: (ahead.at(-1)?.at ?? all.at(-1)?.at ?? start) + step,
  };
}

/** Buckets that make so many hours. */
export const buckets = (hours: number, step: number): number => Math.max(1, Math.round((hours * 3600) / step));
