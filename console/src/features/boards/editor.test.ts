import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Board, BoardPanel } from "../../api/boards";
import { Editor, editorOf } from "./editor.svelte";

const panel = (id: string, shows: string, column: number, row: number, columns = 4, rows = 4): BoardPanel => ({ id, shows, at: { column, row, columns, rows }, title: null, settings: {}, panel: null, missing: null });
const gone: BoardPanel = { ...panel("old", "old_tool/panel", 5, 1), settings: { zoom: 12 }, missing: { what: "tool", name: "old_tool/panel", why: "", cure: "" } };
const board = (more: Partial<Board> = {}): Board => ({
  id: "supervisor", role: "supervisor", title: "Supervisor", words: "", source: "shipped", version: 3, room_version: 0, room_default: false, may_set_default: true, by: null, changed_at: null, columns: 12, panels: [panel("queue", "queue", 1, 1), gone], closed: [], ...more,
});
const offer = { shows: "text", tool: null, panel: null, columns: 3, rows: 4, least_columns: 1, least_rows: 2, settings: [{ name: "words", type: "text" as const, default: "", low: 0, high: 4000, choices: [] }] };

let sent: { method: string; path: string; body: { board?: { panels: BoardPanel[] }; version?: number } }[] = [];
let answer: (method: string, path: string) => { status?: number; body: unknown };
beforeEach(() => {
  sent = [];
  answer = () => ({ body: board() });
  vi.stubGlobal("fetch", (path: string, given: RequestInit) => {
    sent.push({ method: given.method ?? "", path, body: given.body ? JSON.parse(String(given.body)) : {} });
    const { status = 200, body } = path.endsWith("/boards/panels") ? { body: { items: [offer], next: null } } : answer(given.method ?? "", path);
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
});
afterEach(() => vi.unstubAllGlobals());

async function opened(): Promise<Editor> {
  const editor = new Editor();
  await editor.read("supervisor");
  await editor.begin();
  return editor;
}
const rows = (editor: Editor): string => editor.panels.map((p) => `${p.id}${p.at.column},${p.at.row}`).join(" ");

it("every step is said and can be taken back, to the very beginning", async () => {
  const editor = await opened();
  expect(editor.dirty).toBe(false);
  editor.move("queue", "right");
  expect(rows(editor)).toBe("queue2,1 old5,5");
  expect(editor.said).toContain("column 2, row 1, 4 wide, 4 high");
  const id = editor.add(offer);
  expect(editor.panels.find((p) => p.id === id)?.settings).toEqual({ words: "" });
  editor.remove("queue");
  expect(editor.panels.map((p) => p.id)).toEqual(["old", "text"]);
  for (let i = 0; i < 3; i++) editor.undo();
  expect(rows(editor)).toBe("queue1,1 old5,1");
  expect([editor.canUndo, editor.dirty]).toEqual([false, false]);
  editor.undo();
  expect(rows(editor)).toBe("queue1,1 old5,1");
});

it("what cannot move says so, each time anew", async () => {
  const editor = await opened();
  editor.move("queue", "left");
  const first = editor.said;
  editor.move("queue", "left");
  expect(editor.said).not.toBe(first);
  expect(editor.said.trim()).toBe(first);
  expect(editor.canUndo).toBe(false);
});

it("a drag is one step, and one that is given up is none", async () => {
  const editor = await opened();
  for (let row = 2; row < 9; row++) editor.drag("queue", { column: 1, row, columns: 4, rows: 4 });
  editor.drag("queue", { column: 9, row: 1, columns: 4, rows: 4 });
  expect(rows(editor)).toBe("queue1,1 old5,1");
  editor.stay();
  expect(editor.canUndo).toBe(false);
  editor.drag("queue", { column: 9, row: 1, columns: 4, rows: 4 });
  editor.drop("queue");
  expect(rows(editor)).toBe("queue9,1 old5,1");
  editor.undo();
  expect(editor.canUndo).toBe(false);
});

it("saving sends what is missing here as it came", async () => {
  const editor = await opened();
  editor.move("queue", "right");
  await editor.save();
  const put = sent.find((one) => one.method === "PUT");
  expect(put?.path).toBe("/api/v1/boards/supervisor");
  expect(put?.body.version).toBe(3);
  expect(put?.body.board?.panels).toContainEqual({ id: "old", shows: "old_tool/panel", at: { ...gone.at, row: 5 }, title: null, settings: { zoom: 12 } });
  expect([editor.editing, editor.dirty]).toEqual([false, false]);
});

it("who was slower keeps what is on screen and hears why", async () => {
  const editor = await opened();
  editor.move("queue", "right");
  answer = () => ({ status: 409, body: { type: "about:blank", title: "Conflict", status: 409, detail: "changed since" } });
  await editor.save();
  expect(editor.problem?.status).toBe(409);
  expect([editor.editing, editor.dirty, rows(editor)]).toEqual([true, true, "queue2,1 old5,5"]);
});

it("an imported board is kept at once; what stood there is one undo away", async () => {
  const editor = await opened();
  answer = () => ({ body: board({ source: "own", version: 4, panels: [panel("map", "map", 1, 1)] }) });
  await editor.reset();
  expect([rows(editor), editor.dirty, editor.canUndo]).toEqual(["map1,1", false, true]);
  editor.undo();
  expect([rows(editor), editor.dirty]).toEqual(["queue1,1 old5,1", true]);
});

it("a live change of the tools never takes away what is being changed", async () => {
  const editor = await opened();
  editor.move("queue", "right");
  await editor.read("supervisor");
  expect(rows(editor)).toBe("queue2,1 old5,5");
});

it("what is not kept belongs to one person at one seat", () => {
  expect(editorOf("kim police")).toBe(editorOf("kim police"));
  expect(editorOf("kim police")).not.toBe(editorOf("kim fire"));
});
