/** Reads of personal data: today's and the fortnight's, by purpose. Pure. */
import type { DayFigures } from "../../api/oversight";

export interface ReadTotals {
  today: number;
  unfit: number;
  refused: number;
  purposes: { purpose: string; today: number; all: number }[];
}

/** `days` oldest first or last: the newest by its date is today. `unfit` and `refused` are today's. */
export function totalsOf(days: readonly DayFigures[]): ReadTotals {
  const today = days.reduce<DayFigures | null>((newest, day) => (!newest || day.day > newest.day ? day : newest), null);
  const all = new Map<string, number>();
  for (const day of days) for (const [purpose, n] of Object.entries(day.purposes)) all.set(purpose, (all.get(purpose) ?? 0) + n);
  const purposes = [...all].map(([purpose, n]) => ({ purpose, today: today?.purposes[purpose] ?? 0, all: n })).sort((a, b) => b.today - a.today || b.all - a.all || (a.purpose < b.purpose ? -1 : 1));
  return { today: today?.looks ?? 0, unfit: today?.unfit ?? 0, refused: today?.refused ?? 0, purposes };
}
