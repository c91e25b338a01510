/** Times as a control room says them: the operations zone, always labelled, UTC beside or on hover. */
import { locale, t } from "../i18n";

let zone = "Europe/Helsinki";
const NAMED: Record<string, Record<string, string>> = {
  "Europe/Helsinki": { "GMT+2": "EET", "GMT+3": "EEST" },
};
const made = new Map<string, Intl.DateTimeFormat>();

function format(shape: string, options: Intl.DateTimeFormatOptions, at: number, timeZone: string): string {
  const key = `${shape} ${timeZone}`;
  let formatter = made.get(key);
  if (!formatter) made.set(key, (formatter = new Intl.DateTimeFormat(locale, { hourCycle: "h23", ...options, timeZone })));
  return formatter.format(at);
}

export const opsZone = (): string => zone;
/** An unknown name is left out: a wrong zone would be worse than the one it had. */
export function setOpsZone(name: string): void {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: name });
    if (name !== zone) made.clear();
    zone = name;
  } catch {
    // RangeError: this browser does not know the zone
  }
}

/** Milliseconds of an ISO time; NaN stays NaN. */
export const ms = (iso: string): number => Date.parse(iso);

const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
const SHORT = { hour: "2-digit", minute: "2-digit" } as const;
export const clock = (at: number): string => format("clock", CLOCK, at, zone);
export const clockUtc = (at: number): string => format("clock", CLOCK, at, "UTC");
export const shortClock = (at: number): string => format("short", SHORT, at, zone);
export const day = (at: number): string => format("day", { weekday: "short", day: "numeric", month: "short" }, at, zone).replace(",", "");
export const shortDay = (at: number): string => format("shortday", { day: "numeric", month: "short" }, at, zone);

/** A day of the calendar, with its year: for terms and records, which are kept in UTC. */
export const date = (at: number): string => format("date", { day: "numeric", month: "short", year: "numeric" }, at, "UTC");
/** 2026-11, as the server counts months -> Nov 2026 */
export const month = (iso: string): string => format("month", { month: "short", year: "numeric" }, ms(`${iso}-15T00:00:00Z`), "UTC");

/** EET, EEST, CET …: the zone's own abbreviation at that moment, else its offset. English knows the most, and they are the same in each language. */
export function zoneLabel(at: number): string {
  const part = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "short" }).formatToParts(at).find((p) => p.type === "timeZoneName");
  const label = part?.value ?? "UTC";
  return NAMED[zone]?.[label] ?? label;
}

export const withZone = (at: number): string => `${clock(at)} ${zoneLabel(at)}`;
/** Date and time, operations zone and UTC: for titles on hover. */
export const full = (at: number): string => (Number.isNaN(at) ? "" : `${day(at)} ${withZone(at)} · ${clockUtc(at)} UTC`);

const sameDay = (a: number, b: number): boolean => shortDay(a) === shortDay(b);
/** Time of day, with the date in front where it is not today's. */
export const clockOn = (at: number, now: number): string => (sameDay(at, now) ? clock(at) : `${shortDay(at)} ${shortClock(at)}`);

/** 0:41 under ten minutes, 11 min, 3 h, 2 days. */
export function age(span: number): string {
  const s = Math.max(0, Math.round(span / 1000));
  if (s < 600) return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172_800) return `${Math.floor(s / 3600)} h`;
  return t.days(Math.floor(s / 86_400));
}

/** A length of time in words: 41 s, 2 min 5 s, 1 h 20 min. */
export function span(length: number): string {
  const s = Math.max(0, Math.round(length / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 && s < 600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 60)} min`;
  return s % 3600 >= 60 ? `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min` : `${Math.floor(s / 3600)} h`;
}
