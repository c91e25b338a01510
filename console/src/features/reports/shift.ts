/** The period of a shift, from fields and buttons to two moments. Pure. */
import { fromField } from "../../ui/zonetime";

const HOUR = 3_600_000;
const LONGEST = 7 * 24 * HOUR;
/** beginnings on offer: so many hours ago */
export const HOURS = [8, 12, 24] as const;

export interface Shift {
  since: number;
  /** null: until the sheet is opened */
  until: number | null;
}

/** Empty `until`: now. Null where that is no shift: no time, an end before its begin, yet to come, or over a week. */
export function shiftOf(since: string, until: string, now: number): Shift | null {
  const begin = fromField(since);
  const end = until === "" ? now : fromField(until);
  if (Number.isNaN(begin) || Number.isNaN(end)) return null;
  if (begin >= end || end > now || end - begin > LONGEST) return null;
  return { since: begin, until: until === "" ? null : end };
}

/** So many hours before now, on the minute. */
export const begun = (hours: number, now: number): number => Math.floor((now - hours * HOUR) / 60_000) * 60_000;
