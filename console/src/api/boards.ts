/** Boards: what can be asked of the server. */
import { call, file, upload } from "./http";
import type { components } from "./schema";
import type { Page, Value } from "./types";

type Of<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Board = Of<"BoardInForce">;
export type BoardCard = Of<"BoardCard">;
export type BoardPanel = Of<"ShownPanel">;
export type Spot = Of<"Spot">;
export type Offer = Of<"PanelOffer">;
export type Setting = Offer["settings"][number];
export type PanelSettings = Record<string, NonNullable<Value>>;

const at = encodeURIComponent;
/** What is kept: what a panel is made of now is the server's business. */
const body = (board: Board, panels: readonly BoardPanel[], version: number) => ({
  board: { format: 1, id: board.id, title: board.title, words: board.words, panels: panels.map(({ id, shows, at: spot, title, settings }) => ({ id, shows, at: spot, title, settings })) },
  version,
});

export const boards = {
  list: () => call<Page<BoardCard>>("GET", "/boards"),
  offers: () => call<Page<Offer>>("GET", "/boards/panels"),
  read: (id: string, signal?: AbortSignal) => call<Board>("GET", `/boards/${at(id)}`, { signal }),
  save: (board: Board, panels: readonly BoardPanel[]) => call<Board>("PUT", `/boards/${at(board.id)}`, { body: body(board, panels, board.version) }),
  reset: (id: string) => call<Board>("DELETE", `/boards/${at(id)}`),
  setDefault: (board: Board, panels: readonly BoardPanel[]) => call<Board>("PUT", `/boards/${at(board.id)}/default`, { body: body(board, panels, board.room_version) }),
  clearDefault: (id: string) => call<Board>("DELETE", `/boards/${at(id)}/default`),
  file: (id: string) => file("GET", `/boards/${at(id)}/export`),
  takeIn: (id: string, sent: Blob) => upload<Board>(`/boards/${at(id)}/import`, {}, sent, () => undefined, new AbortController().signal),
};
