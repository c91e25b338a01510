/** What the city map shows of a plan at one moment, and beside another plan. Pure. */
import type { EvacuationPlan, Geometry } from "../../api/advice";
import { type Area, type FlowMark, head, type PlanMark } from "../../map/plan";
import { rampStep } from "../../map/scene";
import { index } from "./geometry";

/** People a minute while the flow lasts. */
const rate = (people: number, lastS: number): number => (lastS > 0 ? (people * 60) / lastS : 0);

function flows(plan: EvacuationPlan, at: number | null, stale: boolean): FlowMark[] {
  return plan.flows.flatMap((flow, n) => {
    if (flow.route.type !== "LineString" || flow.people <= 0) return [];
    // who is out needs no arrow any more
    if (at !== null && at > flow.last_s) return [];
    return [{ id: `${stale ? "old" : "new"}-${n}`, route: flow.route, head: head(flow.route), perMin: rate(flow.people, flow.last_s), exposed: flow.exposed, stale }];
  });
}

const middle = (line: Geometry): [number, number] => {
  const all = line.type === "LineString" ? line.coordinates : line.type === "Point" ? [line.coordinates] : [];
  return [all.reduce((sum, p) => sum + p[0], 0) / all.length, all.reduce((sum, p) => sum + p[1], 0) / all.length];
};
const area = (shape: Geometry | undefined): Area | null => (shape && shape.type !== "Point" && shape.type !== "LineString" ? shape : null);

/** `at`: seconds since the start. `beside`: another plan; then whole flows of both, where their people go another way. */
export function planMark(plan: EvacuationPlan, at: number, beside: EvacuationPlan | null): PlanMark {
  const now = index(plan.times_s, at);
  const field = plan.density?.per_m2[index(plan.density.times_s, at)] ?? [];
  const old = new Map(beside?.exits.map((exit) => [exit.id, exit.people]));
  const way = (f: EvacuationPlan["flows"][number]): string => `${f.zone} ${f.exit}`;
  const kept = new Set(plan.flows.map(way));
  const gone = beside ? flows({ ...beside, flows: beside.flows.filter((f) => !kept.has(way(f))) }, null, true) : [];
  return {
    cells: (plan.density?.cells ?? []).flatMap((cell, n) => (area(cell) ? [{ id: String(n), shape: cell as Area, step: rampStep(field[n] ?? 0) }] : [])),
    hazard: area(plan.hazards.length ? plan.hazards[index(plan.hazards.map((h) => h.at_s), at)]?.geometry : undefined),
    flows: [...gone, ...flows(plan, beside ? null : at, false)],
    exits: plan.exits.map((exit) => {
      const [lon, lat] = middle(exit.line);
      return { id: exit.id, name: exit.name || exit.id, lon, lat, state: exit.state, perMin: exit.per_min[now] ?? 0, people: exit.people, before: beside ? (old.get(exit.id) ?? 0) : null };
    }),
  };
}

