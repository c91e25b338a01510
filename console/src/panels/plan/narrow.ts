/** Where a plan is narrow, and what is worth doing about it: marked on the drawing and listed beside it by the same sign. Pure. */
import type { EvacuationPlan, Geometry, Measure } from "../../api/advice";

export interface Narrow {
  /** A, B, C … on the drawing and in the list */
  sign: string;
  id: string;
  /** of an exit; a passage inside has none */
  name: string | null;
  line: Geometry;
  width_m: number;
  perMin: number;
  people: number;
  /** the most who wait there at a time, and for how long the last of them does; null: not said of exits */
  waiting: number | null;
  waitS: number | null;
  /** when the last one is through; null: not said of passages */
  clearS: number | null;
}
const MOST = 6;
/** fewer who wait are a moment's courtesy */
const LEAST_WAITING = 1;
const WAITING_SHARE = 0.002;
/** an exit that is used nearly to the end holds all the others up */
const TO_THE_END = 0.95;

/** Passages with the longest queues, then exits that are busy until the last one is out. */
export function narrow(plan: EvacuationPlan): Narrow[] {
  const least = Math.max(LEAST_WAITING, WAITING_SHARE * plan.people);
  const inside = plan.chokes.filter((one) => one.queue >= least).sort((a, b) => b.queue - a.queue).map((one) => ({ id: one.id, name: null, line: one.line, width_m: one.width_m, perMin: one.capacity_per_min, people: one.people, waiting: one.queue, waitS: one.capacity_per_min > 0 ? (60 * one.queue) / one.capacity_per_min : null, clearS: null }));
  const out = plan.exits.filter((one) => one.people >= 1 && one.last_s >= TO_THE_END * plan.clearing_s).sort((a, b) => b.last_s - a.last_s || b.people - a.people).map((one) => ({ id: one.id, name: one.name || one.id, line: one.line, width_m: one.width_m, perMin: one.capacity_per_min, people: one.people, waiting: null, waitS: null, clearS: one.last_s }));
  const half = inside.slice(0, Math.max(MOST / 2, MOST - out.length));
  return [...half, ...out.slice(0, MOST - half.length)].map((one, n) => ({ ...one, sign: String.fromCharCode(65 + n) }));
}

export interface Worth extends Measure {
  /** 1, 2, 3 …; null: what a loss would cost is no measure to take */
  rank: number | null;
}
/** Gates to open and places for stewards, the most seconds saved first; then what must not be lost. */
export function worth(plan: EvacuationPlan): Worth[] {
  const useful = plan.measures.filter((one) => one.kind !== "lose" && one.saves_s >= 1).sort((a, b) => b.saves_s - a.saves_s);
  const costly = plan.measures.filter((one) => one.kind === "lose" && one.saves_s <= -1).sort((a, b) => a.saves_s - b.saves_s);
  return [...useful.map((one, n) => ({ ...one, rank: n + 1 })), ...costly.map((one) => ({ ...one, rank: null }))];
}
