/** A drag from press to release, in cells of the board. The mouse, a pen and a finger are the same. */
import type { Spot } from "../../api/boards";

export interface Drag {
  move(at: Spot): void;
  drop(): void;
  /** given up: by Esc, or by the browser */
  stay(): void;
}

/** Where a panel of `from` is after `(right, down)` px; `size`: its far corner is dragged. Cells are `wide` x `tall` px. */
export function moved(from: Spot, right: number, down: number, wide: number, tall: number, size: boolean): Spot {
  const [columns, rows] = [Math.round(right / wide), Math.round(down / tall)];
  return size ? { ...from, columns: Math.max(1, from.columns + columns), rows: Math.max(1, from.rows + rows) } : { ...from, column: from.column + columns, row: Math.max(1, from.row + rows) };
}

export function dragging(press: PointerEvent, frame: HTMLElement, from: Spot, size: boolean, then: Drag): void {
  const rect = frame.getBoundingClientRect();
  const [wide, tall] = [rect.width / from.columns, rect.height / from.rows];
  const handle = press.currentTarget;
  if (!(handle instanceof HTMLElement)) return;
  press.preventDefault();
  handle.setPointerCapture(press.pointerId);
  let at = from;
  const move = (event: PointerEvent): void => {
    const next = moved(from, event.clientX - press.clientX, event.clientY - press.clientY, wide, tall, size);
    if (next.column === at.column && next.row === at.row && next.columns === at.columns && next.rows === at.rows) return;
    at = next;
    then.move(at);
  };
  const end = (kept: boolean): void => {
    handle.removeEventListener("pointermove", move);
    handle.removeEventListener("pointerup", up);
    handle.removeEventListener("pointercancel", cancel);
    removeEventListener("keydown", escape, true);
    if (kept) then.drop();
    else then.stay();
  };
  const up = (): void => end(true);
  const cancel = (): void => end(false);
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end(false);
  };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("pointerup", up);
  handle.addEventListener("pointercancel", cancel);
  addEventListener("keydown", escape, true);
}
