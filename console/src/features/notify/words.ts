/** What a message is about and how it stands, in a few words. Pure. */
import type { Message } from "../../api/notify";
import { t } from "../../i18n";
import { plain } from "../../ui/text";

export function about(one: Message): string {
  const kind = t.notify.things[one.kind] ?? one.kind;
  if (one.kind === "digest" && one.counts.length) return t.notify.digestOf(one.counts.reduce((sum, [, n]) => sum + n, 0));
  return one.object ? `${kind} · ${plain(one.object, 60)}` : kind;
}

/** The last thing that has words, and how often it was tried. */
export function lastStep(one: Message): string {
  const note = one.notes.findLast((n) => n.words) ?? one.notes.at(-1);
  const said = plain(note?.words ?? "", 160);
  return one.tries > 1 ? `${t.notify.tries(one.tries)}${said ? ` · ${said}` : ""}` : said;
}
