/** The small chart of a room's load: one bar a step, 10 alarms high at 30 of its 34 units. Pure. */
import { FLOOD, loadWord } from "../../live/load";

const WIDE = 300;
const UNIT = 3;

export function courseOf(course: readonly { peak: number }[]): { x: number; wide: number; high: number; word: "calm" | "above" | "flood" }[] {
  const step = WIDE / Math.max(1, course.length);
  return course.map(({ peak }, i) => ({ x: i * step, wide: Math.max(1, step - 1), high: Math.min(peak, FLOOD + 1) * UNIT, word: loadWord(peak) }));
}
