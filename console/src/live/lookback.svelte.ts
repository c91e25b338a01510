/** Looking back: the same screens as of an earlier moment. Nothing is rerun; it is read. */
import { alerts as alertsApi, history } from "../api/client";
import { ApiProblem } from "../api/http";
import type { Alert, EntityState, HistoryPoint } from "../api/types";
import { city } from "./city.svelte";
import { clock } from "./clock.svelte";

const SETTLE_MS = 180;
const KEEP_MS = 10 * 60_000;
/** What the map shows of an entity, so what has to be read back, in the order of its use. */
const SHOWN: Record<string, readonly string[]> = { CrowdFlowObserved: ["peopleCount"], ItemFlowObserved: ["outflow", "state"], Camera: ["status"] };
const AT_ONCE = 6;

const URGENT = ["peopleCount", "outflow", "state", "status"];

/** Events are kept without their chart; what the live one holds of the time before is the same readings. */
function withTrace(then: Alert, now: Alert | undefined, at: number): Alert {
  if (then.finding.trace.length || !now) return then;
  return { ...then, finding: { ...then.finding, trace: now.finding.trace.filter((p) => Date.parse(p.at) <= at) } };
}

class LookBack {
  /** the moment looked at, ms; null: live */
  at = $state<number | null>(null);
  alerts = $state.raw<ReadonlyMap<string, Alert>>(new Map());
  #series = new Map<string, HistoryPoint[]>();
  #covered = { from: 0, to: 0 };
  #turn = $state(0);
  busy = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked: AbortController | null = null;

  get on(): boolean {
    return this.at !== null;
  }

  go(at: number): void {
    const earliest = at;
    if (earliest >= clock.now - 1000) return this.live();
    this.at = earliest;
    this.busy = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), SETTLE_MS);
  }

  live(): void {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.at = null;
    this.busy = false;
    this.problem = null;
    this.#series.clear();
    this.#covered = { from: 0, to: 0 };
  }

  /** The entities as they were: shown values read back, others kept in place without a value. */
  get entities(): ReadonlyMap<string, EntityState> {
    void this.#turn;
    const at = this.at;
    if (at === null) return city.entities;
    const then = new Map<string, EntityState>();
    for (const [id, state] of city.entities) {
      const shown = SHOWN[state.type] ?? [];
      const still = Object.entries(state.attributes).filter(([name]) => !shown.includes(name));
      const read = shown.flatMap((name) => {
        const point = this.#before(`${id} ${name}`, at);
        return point ? [[name, { value: point.value, unit: point.unit, observed_at: point.observed_at }] as const] : [];
      });
      then.set(id, { ...state, attributes: Object.fromEntries([...still, ...read]) });
    }
    return then;
  }

  #before(key: string, at: number): HistoryPoint | null {
    const points = this.#series.get(key) ?? [];
    let low = 0;
    let high = points.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (Date.parse(points[mid]?.observed_at ?? "") <= at) low = mid + 1;
      else high = mid;
    }
    return points[low - 1] ?? null;
  }

  async #read(): Promise<void> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const at = this.at;
    if (at === null) return;
    try {
      const page = await alertsApi.list({ state: "all", at: new Date(at).toISOString(), limit: 500 }, asked.signal);
      this.alerts = new Map(page.items.map((a) => [a.id, withTrace(a, city.alerts.get(a.id), at)]));
      if (at < this.#covered.from || at > this.#covered.to) await this.#readSeries(at, asked.signal);
      this.problem = null;
      this.busy = false;
    } catch (caught) {
      if (asked.signal.aborted) return;
      this.busy = false;
      this.problem = caught instanceof ApiProblem ? caught : null;
    }
  }

  async #readSeries(at: number, signal: AbortSignal): Promise<void> {
    const from = at - KEEP_MS;
    const to = Math.min(at + KEEP_MS, clock.now);
    const wanted = [...city.entities.values()].flatMap((e) => (SHOWN[e.type] ?? []).filter((name) => name in e.attributes).map((name) => ({ entity: e.id, attribute: name })));
    const series = this.#series;
    series.clear();
    const queue = wanted.sort((a, b) => URGENT.indexOf(a.attribute) - URGENT.indexOf(b.attribute));
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const points = await history({ ...next, start: new Date(from).toISOString(), end: new Date(to).toISOString() }, 2000, signal);
        series.set(`${next.entity} ${next.attribute}`, points);
        this.#turn++;
      }
    };
    this.#covered = { from: at - KEEP_MS / 2, to };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    } catch (caught) {
      this.#covered = { from: 0, to: 0 };
      throw caught;
    }
  }
}

export const lookback = new LookBack();
