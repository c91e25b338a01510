/** New alerts as they are called out to whoever hears the screen. Pure. */
import type { Alert } from "../api/types";
import { t } from "../i18n";
import { compare } from "../live/rank";
import { placeName } from "../panels/alertWords";
import { plain } from "../ui/text";

/** Only this one interrupts what is being read: all others wait for its end. */
export const interrupts = (alert: Alert): boolean => alert.severity === "critical";

/** One by its severity, what and where; several by their number and the gravest of them. */
export function called(alerts: readonly Alert[]): string {
  const first = [...alerts].sort(compare)[0];
  if (!first) return "";
  const [severity, headline, place] = [t.severity[first.severity], plain(first.headline, 120), placeName(first)];
  // many a headline names the place: once is enough
  const where = headline.includes(place) ? "" : place;
  return alerts.length === 1 ? t.queue.announce(severity, headline, where) : t.queue.announceMany(alerts.length, severity, headline, where);
}

/** What has not been called out before: an alert is called when it comes, and again when it becomes critical. */
export class Known {
  #severities = new Map<string, Alert["severity"]>();

  fresh(alerts: Iterable<Alert>): Alert[] {
    const found = [...alerts].filter((a) => !this.#severities.has(a.id) || (interrupts(a) && this.#severities.get(a.id) !== a.severity));
    for (const a of found) this.#severities.set(a.id, a.severity);
    return found;
  }
}
