import { locale } from "../i18n";

const made = new Map<number, Intl.NumberFormat>();
/** A number with its groups and at most so many places, as this person's language writes it. */
function written(value: number, most: number, least = 0): string {
  const key = most * 10 + least;
  let format = made.get(key);
  if (!format) made.set(key, (format = new Intl.NumberFormat(locale, { maximumFractionDigits: most, minimumFractionDigits: least })));
  return format.format(value);
}

/** Whole things that are counted. */
export const whole = (count: number): string => written(count, 0);
/** Always so many places: for what changes before one's eyes and must not jump. */
export const fixed = (value: number, places: number): string => written(value, places, places).replace("-", "−");

/** Figures as people read them: at most three that count, no false precision. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size > 0 && size < 0.005) return `${value > 0 ? "< " : "> −"}${written(0.01, 2)}`;
  const digits = size >= 100 ? 0 : size >= 10 ? (Number.isInteger(value) ? 0 : 1) : Number.isInteger(value) ? 0 : size >= 1 ? 1 : 2;
  return written(value, digits).replace("-", "−");
}

export const range = (low: number, high: number): string => `${figure(low)}–${figure(high)}`;
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${figure(count / 1000)} kB`;
  return count < 1e9 ? `${figure(count / 1e6)} MB` : `${figure(count / 1e9)} GB`;
}

/** Rising, round axis marks that cover low to high. */
export function ticks(low: number, high: number, about = 5): number[] {
  const reach = high - low || Math.abs(high) || 1;
  const rough = reach / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((k) => k * power).find((k) => k >= rough) ?? 10 * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
