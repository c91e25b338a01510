/** Where in the text a refusal points: "… (line 3, column 7)". Pure. */
export interface Place {
  line: number;
  column: number;
}

export function placeOf(detail: string): Place | null {
  const found = /\(line (\d+), column (\d+)\)/.exec(detail);
  return found ? { line: Number(found[1]), column: Number(found[2]) } : null;
}

/** How far into the text that is. The server counts characters; a string here counts some of them as two. */
export function offsetOf(text: string, place: Place): number {
  const lines = text.split("\n");
  const before = lines.slice(0, place.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const line = lines[place.line - 1] ?? "";
  return Math.min(text.length, before + [...line].slice(0, place.column - 1).join("").length);
}
