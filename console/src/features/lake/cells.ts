/** Values of an answer as text: whole, because whoever asks in SQL wants to see what is there. Pure. */
import type { Column } from "../../api/lake";
import { isNumber, isTime } from "./draw";

export const ROW = 26;
/** characters of a cell that are drawn */
const DRAWN = 300;
const SAMPLE = 100;
const LEAST = 8;
const WIDEST = 48;

export function cell(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return isTime(type) && type !== "DATE" ? value.replace("T", " ").replace(/Z$/, "").replace(/\.0+$/, "") : value.slice(0, DRAWN);
  return typeof value === "object" ? JSON.stringify(value).slice(0, DRAWN) : String(value);
}

/** Characters that each column is wide: its longest of the first rows, within bounds. */
export function widths(columns: readonly Column[], rows: readonly unknown[][]): number[] {
  return columns.map((column, i) => {
    const longest = rows.slice(0, SAMPLE).reduce((most, row) => Math.max(most, (cell(row[i], column.type) ?? "").length), column.name.length);
    return Math.min(WIDEST, Math.max(LEAST, longest + 2));
  });
}

export const right = (type: string): boolean => isNumber(type);

/** Rows that lie in the window, and a few beside it. */
export function shown(top: number, height: number, count: number, beside = 12): { from: number; to: number } {
  const from = Math.max(0, Math.min(count, Math.floor(top / ROW)) - beside);
  return { from, to: Math.min(count, Math.ceil((top + height) / ROW) + beside) };
}
