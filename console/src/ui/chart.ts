/** Geometry of the small charts: a series against its expected band. Pure. */
export interface BandPoint {
  at: number;
  seen: number | null;
  low: number;
  high: number;
}
export interface Scale {
  x(at: number): number;
  y(value: number): number;
}
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function scale(points: readonly BandPoint[], box: Box, low: number, high: number): Scale {
  const from = points[0]?.at ?? 0;
  const to = points.at(-1)?.at ?? 1;
  const wide = to - from || 1;
  const tall = high - low || 1;
  return {
    x: (at) => box.left + ((at - from) / wide) * (box.right - box.left),
    y: (value) => box.bottom - ((value - low) / tall) * (box.bottom - box.top),
  };
}

/** Lowest and highest of seen, band and limit. */
export function extent(points: readonly BandPoint[], also: readonly (number | null | undefined)[] = []): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  const take = (value: number | null | undefined): void => {
    if (value === null || value === undefined || !Number.isFinite(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const p of points) [p.seen, p.low, p.high].forEach(take);
  also.forEach(take);
  return low <= high ? [low, high] : [0, 1];
}

export const isOff = (p: BandPoint): boolean => p.seen !== null && (p.seen < p.low || p.seen > p.high);

const fixed = (n: number): string => n.toFixed(1);

/** "x,y x,y …" of the band's outline, there along the top and back along the bottom. */
export function bandOutline(points: readonly BandPoint[], s: Scale): string {
  const top = points.map((p) => `${fixed(s.x(p.at))},${fixed(s.y(p.high))}`);
  const back = points.toReversed().map((p) => `${fixed(s.x(p.at))},${fixed(s.y(p.low))}`);
  return [...top, ...back].join(" ");
}

export const line = (points: readonly BandPoint[], s: Scale, of: (p: BandPoint) => number): string =>
  points.map((p) => `${fixed(s.x(p.at))},${fixed(s.y(of(p)))}`).join(" ");

/** What was seen as strokes: breaks where nothing was seen, each stroke inside or outside the band. */
export function strokes(points: readonly BandPoint[], s: Scale): { off: boolean; points: string }[] {
  const out: { off: boolean; points: string[] }[] = [];
  let before: string | null = null;
  for (const p of points) {
    if (p.seen === null) {
      before = null;
      continue;
    }
    const here = `${fixed(s.x(p.at))},${fixed(s.y(p.seen))}`;
    const off = isOff(p);
    const last = out.at(-1);
    if (before !== null && last?.off === off) last.points.push(here);
    else out.push({ off, points: before === null ? [here] : [before, here] });
    before = here;
  }
  return out.map((stroke) => ({ off: stroke.off, points: stroke.points.join(" ") }));
}

/** At most `most` points, the lowest and highest of each stretch kept, so that no peak is thinned away. */
export function thin<P extends { at: number; seen: number | null }>(points: readonly P[], most: number): P[] {
  if (points.length <= most) return [...points];
  const stretch = Math.ceil(points.length / Math.max(1, Math.floor(most / 2)));
  const out: P[] = [];
  for (let i = 0; i < points.length; i += stretch) {
    const some = points.slice(i, i + stretch).filter((p) => p.seen !== null);
    if (!some.length) continue;
    const low = some.reduce((a, b) => ((b.seen ?? 0) < (a.seen ?? 0) ? b : a));
    const high = some.reduce((a, b) => ((b.seen ?? 0) > (a.seen ?? 0) ? b : a));
    out.push(...(low === high ? [low] : low.at < high.at ? [low, high] : [high, low]));
  }
  const last = points.at(-1);
  if (last && out.at(-1) !== last) out.push(last);
  return out;
}
