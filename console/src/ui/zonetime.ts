/** A moment as it stands in a field for day and time, in the operations zone, and back. */
import { opsZone } from "./time";

const SHAPE: Intl.DateTimeFormatOptions = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };

/** 2026-11-21T18:42:17, in any language: ISO 8601 is what is typed. */
export function toField(at: number): string {
  const part = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { ...SHAPE, timeZone: opsZone() }).formatToParts(at).map((p) => [p.type, p.value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

const FIELD = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)$/;

/** `2026-11-21 18:42:17`, with T or a space, with or without seconds. NaN where it is no time. An hour that clocks skip is the one after it, one that they repeat is its first. */
export function fromField(field: string): number {
  const [, date = "", time = ""] = FIELD.exec(field.trim()) ?? [];
  const asUtc = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(asUtc)) return Number.NaN;
  const offset = (at: number): number => Date.parse(`${toField(at)}Z`) - at;
  // the zone's offset a day before and after: one of the two, or both where nothing changes, holds at that wall time
  const [before, after] = [asUtc - offset(asUtc - 86_400_000), asUtc - offset(asUtc + 86_400_000)];
  const wall = (at: number): boolean => Date.parse(`${toField(at)}Z`) === asUtc;
  return wall(before) ? before : wall(after) ? after : before;
}
