/** What this seat has in hand: the alerts and entities on view (live or looking back), ranked, and the one selected. */
import type { Alert, EntityState, Incident } from "../api/types";
import { city } from "./city.svelte";
import { clock } from "./clock.svelte";
import { lookback } from "./lookback.svelte";
import type { Picture } from "./picture";
import { type Group, type Ranked, rank } from "./rank";

class Desk {
  /** id of the alert in hand; null: the first of the queue */
  chosen = $state<string | null>(null);
  finding = $state("");

  /** The moment on view. */
  get now(): number {
    return lookback.at ?? clock.now;
  }
  /** The one switch between live and the moment looked back at: whoever reads here never sees both. */
  get picture(): Picture {
    return lookback.on ? lookback : city;
  }
  get alerts(): ReadonlyMap<string, Alert> {
    return this.picture.alerts;
  }
  get entities(): ReadonlyMap<string, EntityState> {
    return this.picture.entities;
  }
  get incidents(): ReadonlyMap<string, Incident> {
    return this.picture.incidents;
  }

  groups: Group[] = $derived(rank(this.alerts.values(), this.incidents));
  rows: Ranked[] = $derived(this.groups.flatMap((g) => g.rows));
  ranks: ReadonlyMap<string, number> = $derived(new Map(this.rows.map((r) => [r.alert.id, r.rank])));
  shelved: Alert[] = $derived([...this.alerts.values()].filter((a) => a.shelved && a.state !== "closed"));
  held: Alert[] = $derived([...this.alerts.values()].filter((a) => a.suppressed && !a.shelved && a.state !== "closed"));
  resting: Alert[] = $derived([...this.alerts.values()].filter((a) => a.out_of_service && !a.shelved && !a.suppressed && a.state !== "closed"));

  /** The alert in hand: the chosen one as long as it is on view, else the first. */
  selected: Alert | null = $derived((this.chosen ? this.alerts.get(this.chosen) : null) ?? this.rows[0]?.alert ?? null);

  choose(id: string | null): void {
    this.chosen = id;
  }

  /** One down (1) or up (-1) the queue. */
  step(by: 1 | -1, rows: readonly Ranked[] = this.rows): void {
    if (!rows.length) return;
    const at = rows.findIndex((r) => r.alert.id === this.selected?.id);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next) this.chosen = next.alert.id;
  }
}

export const desk = new Desk();
