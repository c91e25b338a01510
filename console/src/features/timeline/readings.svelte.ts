/** The key readings behind the alert in hand: read once from history, then gone on with from the live picture. */
import { history } from "../../api/client";
import type { Alert } from "../../api/types";
import { city } from "../../live/city.svelte";
import { thin } from "../../ui/chart";

export interface Lane {
  key: string;
  entity: string;
  attribute: string;
  unit: string | null;
  points: { at: number; seen: number | null }[];
}

/** Up to three series an alert rests on: its own first, then those of its evidence. */
export function keySeries(alert: Alert): { entity: string; attribute: string; unit: string | null }[] {
  const out = new Map<string, { entity: string; attribute: string; unit: string | null }>();
  const f = alert.finding;
  for (const e of f.evidence) if (typeof e.value === "number") out.set(`${e.entity} ${e.attribute}`, { entity: e.entity, attribute: e.attribute, unit: e.unit });
  const first = f.entities[0];
  if (!out.size && first && f.attribute) out.set(`${first} ${f.attribute}`, { entity: first, attribute: f.attribute, unit: f.unit });
  for (const n of f.neighbours) {
    const attribute = f.evidence[0]?.attribute ?? f.attribute;
    if (out.size < 3 && attribute) out.set(`${n.entity} ${attribute}`, { entity: n.entity, attribute, unit: f.evidence[0]?.unit ?? f.unit });
  }
  return [...out.values()].slice(0, 3);
}

export class Readings {
  lanes = $state.raw<Lane[]>([]);
  #of = "";
  #asked: AbortController | null = null;

  follow(alert: Alert | null, from: number, minutes: number): void {
    const of = alert ? `${alert.id} ${minutes} ${Math.floor(from / 120_000)}` : "";
    if (of === this.#of) return;
    const sameAlert = alert !== null && this.#of.startsWith(`${alert.id} `);
    this.#of = of;
    this.#asked?.abort();
    if (!sameAlert) this.lanes = [];
    if (!alert) return;
    const asked = new AbortController();
    this.#asked = asked;
    void this.#read(alert, from, minutes, asked.signal);
  }

  async #read(alert: Alert, from: number, minutes: number, signal: AbortSignal): Promise<void> {
    try {
      const lanes = await Promise.all(
        keySeries(alert).map(async (s): Promise<Lane> => {
          const points = await history({ entity: s.entity, attribute: s.attribute, start: new Date(from).toISOString(), end: new Date(from + (minutes + 3) * 60_000).toISOString() }, 20_000, signal);
          const numbers = points.map((p) => ({ at: Date.parse(p.observed_at), seen: typeof p.value === "number" ? p.value : null }));
          return { ...s, key: `${s.entity} ${s.attribute}`, points: thin(numbers, 800) };
        }),
      );
      if (!signal.aborted) this.lanes = lanes;
    } catch {
      // lanes stay as they were; the connection's own banner speaks of a lost server
    }
  }

  /** What the live picture has had since. */
  goOn(): void {
    let moved = false;
    const lanes = this.lanes.map((lane) => {
      const now = city.entities.get(lane.entity)?.attributes[lane.attribute];
      if (!now || typeof now.value !== "number") return lane;
      const at = Date.parse(now.observed_at);
      if (at <= (lane.points.at(-1)?.at ?? 0)) return lane;
      moved = true;
      return { ...lane, points: [...lane.points, { at, seen: now.value }] };
    });
    if (moved) this.lanes = lanes;
  }
}
