/** Figures as people read them: at most three that count, no false precision. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size > 0 && size < 0.005) return value > 0 ? "< 0.01" : "> −0.01";
  const digits = size >= 100 ? 0 : size >= 10 ? (Number.isInteger(value) ? 0 : 1) : Number.isInteger(value) ? 0 : size >= 1 ? 1 : 2;
  return value.toLocaleString("en-GB", { maximumFractionDigits: digits, minimumFractionDigits: 0 }).replace("-", "−");
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
