/** The chart of an alert looked back at: events are kept without it, so it is read from the readings up to then. */
import { history } from "../api/client";
import type { Alert, Finding, TracePoint } from "../api/types";
import { thin } from "../ui/chart";

const BEFORE_MS = 10 * 60_000;
const POINTS = 160;

/** Is what the finding speaks of the reading itself? A density made of a count would be drawn on the wrong scale. */
export function isRead(finding: Finding): boolean {
  const { seen, attribute, entities, evidence } = finding;
  return seen !== null && evidence.some((e) => e.entity === entities[0] && e.attribute === attribute && typeof e.value === "number" && Math.abs(e.value - seen) <= 0.01 * Math.abs(seen));
}

export class PastTrace {
  #of = $state.raw<ReadonlyMap<string, TracePoint[]>>(new Map());
  #asked = new Map<string, number>();

  /** What the finding came with, or what has been read for it. */
  of(alert: Alert): TracePoint[] {
    return alert.finding.trace.length ? alert.finding.trace : (this.#of.get(alert.id) ?? []);
  }

  /** Reads the series of a finding as it was at a moment. A quantity that a tool worked out of several readings has none. */
  async read(alert: Alert, at: number): Promise<void> {
    const f = alert.finding;
    const [entity, attribute, band] = [f.entities[0], f.attribute, f.expected];
    if (f.trace.length || !entity || !attribute || !band || !isRead(f) || this.#asked.get(alert.id) === at) return;
    this.#asked.set(alert.id, at);
    try {
      const points = await history({ entity, attribute, start: new Date(Date.parse(alert.onset) - BEFORE_MS).toISOString(), end: new Date(at + 1).toISOString() }, 5000);
      if (this.#asked.get(alert.id) !== at) return;
      const seen = points.flatMap((p) => (typeof p.value === "number" ? [{ at: Date.parse(p.observed_at), seen: p.value, low: band.low, high: band.high }] : []));
      const trace = thin(seen, POINTS).map((p) => ({ ...p, at: new Date(p.at).toISOString() }));
      this.#of = new Map(this.#of).set(alert.id, trace);
    } catch {
      // no chart; the words and figures of the finding stand
    }
  }
}
