/** One board on screen, and changing it: every step can be undone until it is kept. */
import { type Board, type BoardPanel, boards as api, type Offer, type PanelSettings, type Spot } from "../../api/boards";
import { ApiProblem } from "../../api/http";
import { t } from "../../i18n";
import { firstFree, place, reading, resize, settle, step } from "./grid";
import { nameOf } from "./names";

const UNDO = 100;

export class Editor {
  board = $state.raw<Board | null>(null);
  panels = $state.raw<BoardPanel[]>([]);
  /** while something is dragged: where all would lie */
  preview = $state.raw<BoardPanel[] | null>(null);
  offers = $state.raw<Offer[]>([]);
  editing = $state(false);
  busy = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  /** for the polite announcer */
  said = $state("");
  #past = $state.raw<BoardPanel[][]>([]);
  /** as it is kept */
  #kept = $state.raw<BoardPanel[]>([]);
  #asked = 0;

  get shown(): BoardPanel[] {
    return this.preview ?? this.panels;
  }
  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get dirty(): boolean {
    return this.editing && this.panels !== this.#kept;
  }

  /** The board in force. One that is being changed is left alone. */
  async read(id: string): Promise<void> {
    const mine = ++this.#asked;
    try {
      const board = await api.read(id);
      if (mine === this.#asked && !(this.editing && this.board?.id === id)) this.#lay(board);
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      if (mine === this.#asked) this.problem = caught;
    }
  }

  #lay(board: Board): void {
    this.board = board;
    this.panels = this.#kept = settle(board.panels);
    this.preview = null;
    this.problem = null;
  }

  async begin(): Promise<void> {
    this.panels = this.#kept = reading(this.panels);
    this.editing = true;
    this.#past = [];
    this.said = t.board.editing;
    try {
      this.offers = (await api.offers()).items;
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
    }
  }

  cancel(): void {
    this.editing = false;
    this.preview = null;
    this.#past = [];
    if (this.board) this.#lay(this.board);
    this.said = t.board.cancelled;
  }

  least(panel: BoardPanel): [number, number] {
    const offer = this.offers.find((o) => o.shows === panel.shows);
    return offer ? [offer.least_columns, offer.least_rows] : [2, 2];
  }

  /** By key; answers what to say where nothing moved. */
  move(id: string, to: "left" | "right" | "up" | "down"): void {
    this.#take(id, step(this.panels, id, to), t.board.noWay);
  }
  grow(id: string, columns: number, rows: number): void {
    const panel = this.#panel(id);
    if (panel) this.#take(id, resize(this.panels, id, columns, rows, this.least(panel)), t.board.noSize);
  }

  /** While it is dragged; `drop` keeps it, `stay` puts it back. */
  drag(id: string, at: Spot): void {
    const panel = this.#panel(id);
    if (!panel) return;
    const [columns, rows] = this.least(panel);
    this.preview = place(this.panels, id, { ...at, columns: Math.max(columns, at.columns), rows: Math.max(rows, at.rows) });
  }
  drop(id: string): void {
    const moved = this.preview;
    this.preview = null;
    if (moved) this.#take(id, moved, "");
  }
  stay(): void {
    this.preview = null;
  }

  add(offer: Offer): string {
    const base = offer.shows.replace(/[^a-z0-9]+/g, "-").slice(0, 40);
    let id = base;
    for (let n = 2; this.panels.some((p) => p.id === id); n++) id = `${base}-${n}`;
    const settings: PanelSettings = Object.fromEntries(offer.settings.map((s) => [s.name, s.default]));
    const panel: BoardPanel = { id, shows: offer.shows, at: firstFree(this.panels, offer.columns, offer.rows), title: null, settings, panel: offer.panel, missing: null };
    this.#put([...this.panels, panel]);
    this.said = t.board.added(nameOf(panel), panel.at.column, panel.at.row);
    return id;
  }
  remove(id: string): void {
    const panel = this.#panel(id);
    if (!panel) return;
    this.#put(settle(this.panels.filter((p) => p.id !== id)));
    this.said = t.board.removed(nameOf(panel));
  }
  change(id: string, title: string | null, settings: PanelSettings): void {
    this.#put(this.panels.map((p) => (p.id === id ? { ...p, title: title?.trim() || null, settings } : p)));
  }
  undo(): void {
    const last = this.#past.at(-1);
    if (!last) return;
    this.#past = this.#past.slice(0, -1);
    this.panels = last;
    this.said = t.board.undone;
  }

  async save(): Promise<void> {
    await this.#keep((board) => api.save(board, this.panels), t.board.saved);
  }
  async setDefault(): Promise<void> {
    await this.#keep((board) => api.setDefault(board, this.panels), t.board.defaultSet, true);
  }
  async clearDefault(): Promise<void> {
    await this.#keep((board) => api.clearDefault(board.id), t.board.defaultCleared);
  }
  /** What was on screen stays one undo away. */
  async reset(): Promise<void> {
    await this.#keep((board) => api.reset(board.id), t.board.wasReset, true);
  }
  async takeIn(sent: Blob): Promise<void> {
    await this.#keep((board) => api.takeIn(board.id, sent), t.board.imported, true);
  }

  async #keep(ask: (board: Board) => Promise<Board>, said: string, stays = false): Promise<void> {
    if (!this.board || this.busy) return;
    const before = this.panels;
    this.busy = true;
    this.problem = null;
    try {
      this.#lay(await ask(this.board));
      this.editing = stays && this.editing;
      this.#past = this.editing ? [...this.#past, before] : [];
      this.said = said;
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
    } finally {
      this.busy = false;
    }
  }

  #panel(id: string): BoardPanel | undefined {
    return this.panels.find((p) => p.id === id);
  }
  #put(panels: BoardPanel[]): void {
    this.#past = [...this.#past.slice(1 - UNDO), this.panels];
    this.panels = panels;
  }
  #take(id: string, moved: BoardPanel[] | null, otherwise: string): void {
    if (!moved) {
      // said again although it is the same: the mark in front is not read out
      this.said = this.said === otherwise ? `${otherwise}\u00a0` : otherwise;
      return;
    }
    this.#put(moved);
    const panel = this.#panel(id);
    if (panel) this.said = t.board.placed(nameOf(panel), panel.at.column, panel.at.row, panel.at.columns, panel.at.rows);
  }
}

let last: { seat: string; editor: Editor } | null = null;
/** The same one as long as the same person sits there: what is not kept yet outlives a look at another page. */
export function editorOf(seat: string): Editor {
  if (last?.seat !== seat) last = { seat, editor: new Editor() };
  return last.editor;
}
