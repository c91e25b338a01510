/** What panels and boards are called: ours by the catalogue, tools' by themselves. */
import type { BoardPanel, Offer } from "../../api/boards";
import { t } from "../../i18n";
import { plain } from "../../ui/text";
import { attributeName, typeName } from "../../ui/units";

type Named = Pick<BoardPanel, "shows" | "panel"> & { title?: string | null; settings?: unknown };

const READINGS = new Set(["time-series", "table", "bars", "number"]);
/** What a panel of readings reads is what it is called. */
function read(panel: Named): { attribute: string; type: string; of: string } | null {
  if (!READINGS.has(panel.shows) || !panel.settings || Array.isArray(panel.settings)) return null;
  const given = panel.settings as BoardPanel["settings"];
  const word = (name: string): string => (typeof given[name] === "string" ? given[name] : "");
  return word("attribute") ? { attribute: word("attribute"), type: word("type"), of: word("of") } : null;
}

export function nameOf(panel: Named): string {
  const by = panel.title ? null : read(panel);
  return by ? attributeName(by.attribute) : plain(panel.title ?? panel.panel?.title ?? t.board.kinds[panel.shows] ?? panel.shows, 80);
}
export function subOf(panel: BoardPanel): string {
  const by = read(panel);
  if (by) return [by.type && typeName(by.type), by.of && (t.board.choices[by.of] ?? "")].filter(Boolean).join(", ");
  if (panel.shows === "form") return t.board.choices[String(panel.settings.form ?? "incident")] ?? "";
  return panel.panel ? plain(panel.panel.words ?? "", 160) : (t.board.subs[panel.shows] ?? "");
}
export const offerName = (offer: Offer): string => nameOf(offer);
export const boardName = (id: string, title = ""): string => t.board.names[id] ?? plain(title || id, 60);
