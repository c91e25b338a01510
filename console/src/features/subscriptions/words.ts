/** What a subscription is called and what it asks for, in a few words. Pure. */
import type { Subscription } from "../../api/subscriptions";
import { t } from "../../i18n";

/** Its own name; without one what it watches; its number last. */
export function called(one: Subscription): string {
  if (one.name) return one.name;
  const watched = [one.types.join(", "), one.attributes.join(", ")].filter(Boolean).join(" · ");
  return watched || one.id;
}

/** When it tells: each change of such a kind, or every so often. */
export function when(one: Subscription): string {
  const w = t.subscriptions;
  if (one.interval_s !== null) return w.every(one.interval_s);
  const kinds = one.triggers.map((trigger) => w.triggers[trigger] ?? trigger).join(", ");
  return one.throttling_s !== null ? `${kinds}; ${w.atMost(one.throttling_s)}` : kinds;
}

/** The moment that lies so many minutes back, as the server reads it. */
export const since = (now: number, minutes: number): string => new Date(now - minutes * 60_000).toISOString();
