/** The course of a few readings over a sliding window, kept small however long the board stands open. Pure. */
export interface Point {
  at: number;
  value: number;
}
/** points that a window holds at most, beside those that were read at the start */
const MOST = 600;

/** With one point more, and without what has left the window. A point closer than window / 600 is left out. */
export function append(points: readonly Point[], next: Point | null, from: number, window: number): readonly Point[] {
  const last = points.at(-1);
  const taken = next && (!last || next.at - last.at >= window / MOST) ? [...points, next] : points;
  const gone = taken.findIndex((point) => point.at >= from);
  if (gone < 0) return taken.length ? [] : points;
  return gone ? taken.slice(gone) : taken;
}

/** One time axis for all, in seconds: uPlot wants columns; undefined where a course has no point at that time. */
export function columns(courses: readonly (readonly Point[])[]): [number[], ...(number | undefined)[][]] {
  const times = [...new Set(courses.flatMap((course) => course.map((point) => point.at)))].sort((a, b) => a - b);
  return [
    times.map((at) => at / 1000),
    ...courses.map((course) => {
      const of = new Map(course.map((point) => [point.at, point.value]));
      return times.map((at) => of.get(at));
    }),
  ];
}
