/** Where the timeline's axis has a mark: round minutes or hours, about one per 80 px. Pure. */
const STEPS_MIN = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];

export const RANGES_MIN = [4, 12, 30, 60, 180, 720, 1440] as const;

export function axis(from: number, to: number, width: number): number[] {
  const room = Math.max(2, Math.floor(width / 84));
  const step = (STEPS_MIN.find((m) => (to - from) / (m * 60_000) <= room) ?? 1440) * 60_000;
  const out: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) out.push(at);
  return out;
}

/** The next range up (1) or down (-1) from what is on. */
export function ranged(minutes: number, by: 1 | -1): number {
  const at = RANGES_MIN.findIndex((r) => r >= minutes);
  return RANGES_MIN[Math.min(RANGES_MIN.length - 1, Math.max(0, (at < 0 ? RANGES_MIN.length - 1 : at) + by))] ?? 12;
}

/** Marks that would lie on one another are moved to a second row. */
export function rows<T extends { at: number }>(marks: readonly T[], x: (at: number) => number, apart: number): { mark: T; row: 0 | 1 }[] {
  let last: [number, number] = [-Infinity, -Infinity];
  return [...marks]
    .sort((a, b) => a.at - b.at)
    .map((mark) => {
      const here = x(mark.at);
      const row = here - last[0] >= apart || here - last[0] >= here - last[1] ? 0 : 1;
      last = row === 0 ? [here, last[1]] : [last[0], here];
      return { mark, row };
    });
}
