/** What a plan does otherwise than the one it started from, as values; the words are the catalogue's. Pure. */
import type { EvacuationPlan } from "../../api/advice";

export type Difference =
  | { what: "clearing" | "nearest" | "p90"; from: number; to: number }
  | { what: "people" | "stuck" | "exposed"; from: number; to: number }
  | { what: "densest"; from: number; to: number }
  | { what: "exit"; id: string; name: string; from: number; to: number; state: { from: string; to: string }; width: { from: number; to: number } };

/** what is the same to those who decide: of times a second, of people one in fifty */
const SECOND = 1;
const SHARE = 0.02;
/** a crowd that grew moves everybody: those that moved most say it */
const EXITS = 4;
/** the compliance at which a time is a promise rather than a hope */
const FOLLOW = 0.7;

const p90 = (plan: EvacuationPlan): number => plan.forecasts.reduce<EvacuationPlan["forecasts"][number] | null>((best, one) => (!best || Math.abs(one.compliance_share - FOLLOW) < Math.abs(best.compliance_share - FOLLOW) ? one : best), null)?.p90_s ?? 0;
const stuck = (plan: EvacuationPlan): number => plan.stuck.reduce((sum, one) => sum + one.people, 0);

export function differences(before: EvacuationPlan, now: EvacuationPlan): Difference[] {
  const found: Difference[] = [
    { what: "clearing", from: before.clearing_s, to: now.clearing_s },
    { what: "p90", from: p90(before), to: p90(now) },
    { what: "nearest", from: before.baseline.clearing_s, to: now.baseline.clearing_s },
    { what: "people", from: before.people, to: now.people },
    { what: "stuck", from: stuck(before), to: stuck(now) },
    { what: "exposed", from: before.exposed_people, to: now.exposed_people },
  ];
  // a plan without densities says nothing about them
  if (before.density && now.density) found.push({ what: "densest", from: before.density.worst.per_m2, to: now.density.worst.per_m2 });
  const least: Record<string, number> = { densest: 0.1, people: 1, stuck: 1, exposed: 1 };
  const told = found.filter((one) => Math.abs(one.to - one.from) >= (least[one.what] ?? SECOND));
  const was = new Map(before.exits.map((one) => [one.id, one]));
  const exits = now.exits.flatMap((one): Difference[] => {
    const old = was.get(one.id);
    const moved = old ? Math.abs(one.people - old.people) >= Math.max(1, SHARE * now.people) : false;
    if (!old || (!moved && old.state === one.state && old.width_m === one.width_m)) return [];
    return [{ what: "exit", id: one.id, name: one.name || one.id, from: old.people, to: one.people, state: { from: old.state, to: one.state }, width: { from: old.width_m, to: one.width_m } }];
  });
  const turned = (one: Difference): boolean => one.what === "exit" && (one.state.from !== one.state.to || one.width.from !== one.width.to);
  const moved = exits.sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from));
  return [...told, ...moved.filter((one, n) => n < EXITS || turned(one))];
}
