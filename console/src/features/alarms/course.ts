/** Heights of a small load chart: the most in any ten minutes of each step, against the flood line. Pure. */
import { FLOOD } from "../../live/load";
import { fixed, whole } from "../../ui/numbers";

interface Point {
  count: number;
  peak: number;
}

/** Heights up to `high`; `flood`: where the line of 10 lies. The scale never falls below 10, so that quiet looks quiet. */
export function bars(course: readonly Point[], high: number): { heights: number[]; flood: number } {
  const top = Math.max(FLOOD, ...course.map((point) => point.peak));
  return { heights: course.map((point) => (point.peak / top) * (high - 2)), flood: high - (FLOOD / top) * (high - 2) };
}

/** A figure as people read it: whole counts as they are, small ones with two places. */
export function shown(value: number | null, unit: string): string {
  if (value === null) return "–";
  const number = Number.isInteger(value) ? whole(value) : fixed(value, value < 1 ? 2 : value < 10 ? 1 : 0);
  return unit === "%" ? `${number} %` : number;
}
