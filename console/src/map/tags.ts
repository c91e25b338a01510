/** Tags of ways out that would lie on each other move apart, away from the middle. Pure; pixels. */
export type Side = "east" | "west" | "north" | "south";
export interface Tag { id: string; x: number; y: number; side: Side; width: number }

const GAP = 10;
const HIGH = 19;
const STEP = 21;
/** further away it would no longer be seen whose it is */
const MOST = 8;

type Box = [left: number, top: number, right: number, bottom: number];
function box({ x, y, side, width }: Tag): Box {
  const left = side === "east" ? x + GAP : side === "west" ? x - GAP - width : x - width / 2;
  const top = side === "north" ? y - GAP - HIGH : side === "south" ? y + GAP : y - HIGH / 2;
  return [left, top, left + width, top + HIGH];
}
const meet = (a: Box, b: Box): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/** How far each tag is moved up (negative) or down, by id; those nearest the middle stay where they are. */
export function apart(tags: readonly Tag[], middleY: number): Map<string, number> {
  const taken: Box[] = [];
  const moved = new Map<string, number>();
  for (const tag of [...tags].sort((a, b) => Math.abs(a.y - middleY) - Math.abs(b.y - middleY))) {
    const way = tag.side === "north" || (tag.side !== "south" && tag.y < middleY) ? -1 : 1;
    let by = 0;
    const at = (): Box => box({ ...tag, y: tag.y + by });
    while (Math.abs(by) < MOST * STEP && taken.some((other) => meet(at(), other))) by += way * STEP;
    taken.push(at());
    moved.set(tag.id, by);
  }
  return moved;
}
