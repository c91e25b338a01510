/**
 * The grid of a board: panels keep clear of one another and rise as far as they can, as bricks would if the floor were
 * above. Rows and columns begin at 1. Pure: every step answers new panels.
 */
import type { Spot } from "../../api/boards";

export interface Placed {
  id: string;
  at: Spot;
}
export const COLUMNS = 12;
export const MOST_ROWS = 40;

export const clash = (a: Spot, b: Spot): boolean => a.column < b.column + b.columns && b.column < a.column + a.columns && a.row < b.row + b.rows && b.row < a.row + a.rows;

const clamp = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, n));

/** Nothing over the edge, nothing over another, no gap above; `held` has the right of way in its row. */
export function settle<P extends Placed>(panels: readonly P[], held: string | null = null): P[] {
  const inOrder = panels
    .map((panel) => ({ panel, at: { ...panel.at, columns: clamp(panel.at.columns, 1, COLUMNS), column: clamp(panel.at.column, 1, COLUMNS + 1 - clamp(panel.at.columns, 1, COLUMNS)), row: Math.max(1, panel.at.row) } }))
    .sort((a, b) => a.at.row - b.at.row || Number(b.panel.id === held) - Number(a.panel.id === held) || a.at.column - b.at.column);
  const done: Spot[] = [];
  const spots = new Map<string, Spot>();
  for (const { panel, at } of inOrder) {
    const free = (row: number): boolean => !done.some((other) => clash({ ...at, row }, other));
    let row = at.row;
    while (!free(row)) row++;
    while (row > 1 && free(row - 1)) row--;
    const spot = { ...at, row };
    done.push(spot);
    spots.set(panel.id, spot);
  }
  return panels.map((panel) => ({ ...panel, at: spots.get(panel.id) ?? panel.at }));
}

const same = (a: Spot, b: Spot): boolean => a.column === b.column && a.row === b.row && a.columns === b.columns && a.rows === b.rows;
const spotOf = (panels: readonly Placed[], id: string): Spot | undefined => panels.find((panel) => panel.id === id)?.at;

/** With one panel put to that place and size; null where that changes nothing. */
export function place<P extends Placed>(panels: readonly P[], id: string, at: Spot): P[] | null {
  const moved = settle(panels.map((panel) => (panel.id === id ? { ...panel, at: { ...at, rows: clamp(at.rows, 1, MOST_ROWS) } } : panel)), id);
  return moved.every((panel, i) => same(panel.at, panels[i]?.at ?? panel.at)) ? null : moved;
}

/** One step by arrow key: a column aside, or past what lies above or below. null: there is no way on. */
export function step<P extends Placed>(panels: readonly P[], id: string, to: "left" | "right" | "up" | "down"): P[] | null {
  const at = spotOf(panels, id);
  if (!at) return null;
  if (to === "left" || to === "right") {
    const column = at.column + (to === "left" ? -1 : 1);
    return column < 1 || column + at.columns - 1 > COLUMNS ? null : place(panels, id, { ...at, column });
  }
  const wish = { ...at, row: at.row + (to === "up" ? -1 : 1) };
  const others = panels.filter((panel) => panel.id !== id && clash(panel.at, wish)).map((panel) => panel.at);
  if (!others.length) return null;
  return place(panels, id, { ...at, row: to === "up" ? Math.min(...others.map((other) => other.row)) : Math.max(...others.map((other) => other.row + other.rows)) });
}

/** Larger or smaller by one; never below `least` (columns, rows), never over the edge. */
export function resize<P extends Placed>(panels: readonly P[], id: string, columns: number, rows: number, least: readonly [number, number]): P[] | null {
  const at = spotOf(panels, id);
  if (!at) return null;
  return place(panels, id, { ...at, columns: clamp(at.columns + columns, Math.min(least[0], COLUMNS), COLUMNS + 1 - at.column), rows: clamp(at.rows + rows, least[1], MOST_ROWS) });
}

/** The first place, reading as one does, that takes a panel of that size. */
export function firstFree(panels: readonly Placed[], columns: number, rows: number): Spot {
  const foot = Math.max(0, ...panels.map(({ at }) => at.row + at.rows - 1));
  for (let row = 1; row <= foot; row++)
    for (let column = 1; column + columns - 1 <= COLUMNS; column++) {
      const at = { column, row, columns, rows };
      if (!panels.some((panel) => clash(panel.at, at))) return at;
    }
  return { column: 1, row: foot + 1, columns, rows };
}

/** In the order in which they are read. */
export const reading = <P extends Placed>(panels: readonly P[]): P[] => [...panels].sort((a, b) => a.at.row - b.at.row || a.at.column - b.at.column);
