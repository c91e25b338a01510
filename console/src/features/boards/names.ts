/** What panels and boards are called: ours by the catalogue, tools' by themselves. */
import type { BoardPanel, Offer } from "../../api/boards";
import { t } from "../../i18n";
import { plain } from "../../ui/text";

type Named = Pick<BoardPanel, "shows" | "panel"> & { title?: string | null };

export const nameOf = (panel: Named): string => plain(panel.title ?? panel.panel?.title ?? t.board.kinds[panel.shows] ?? panel.shows, 80);
export const subOf = (panel: BoardPanel): string => (panel.panel ? plain(panel.panel.words ?? "", 160) : (t.board.subs[panel.shows] ?? ""));
export const offerName = (offer: Offer): string => nameOf(offer);
export const boardName = (id: string, title = ""): string => t.board.names[id] ?? plain(title || id, 60);
