/** An evacuation plan as the city map shows it: values, worked out by `panels/plan/onMap`. Pure. */
import type { ExitUse, Geometry } from "../api/advice";
import { localId } from "../ui/text";
import { bearing, eastM, northM } from "./geo";
import type { Exit, Scene } from "./scene";

export type Line = Extract<Geometry, { type: "LineString" }>;
export type Area = Exclude<Geometry, { type: "Point" | "LineString" }>;
/** ``stale``: of the other plan alone */
export interface FlowMark { id: string; route: Line; head: [number, number][]; perMin: number; exposed: boolean; stale: boolean }
export interface ExitMark { id: string; name: string; lon: number; lat: number; state: ExitUse["state"]; perMin: number; people: number; before: number | null }
export interface PlanMark { cells: { id: string; shape: Area; step: number }[]; hazard: Area | null; flows: FlowMark[]; exits: ExitMark[] }

/** Metres from the tip of an arrow to its foot, and half its width. */
const HEAD_M = 5.5;
const HALF_M = 2.8;

/** A triangle at the end of a way, pointing on. */
export function head(route: Line): [number, number][] {
  const [to, from] = [route.coordinates.at(-1), route.coordinates.at(-2)];
  if (!to || !from) return [];
  const turn = (bearing({ lon: from[0], lat: from[1] }, { lon: to[0], lat: to[1] }) * Math.PI) / 180;
  const at = (along: number, across: number): [number, number] => [
    to[0] + eastM(along * Math.sin(turn) + across * Math.cos(turn), to[1]),
    to[1] + northM(along * Math.cos(turn) - across * Math.sin(turn)),
  ];
  return [at(0, 0), at(-HEAD_M, HALF_M), at(-HEAD_M, -HALF_M), at(0, 0)];
}

/** The city with the plan on it: what exits say is of the plan, and exits that nothing counts are there too. */
export function withPlan(scene: Scene, plan: PlanMark | null, say: (exit: ExitMark) => string): Scene {
  if (!plan) return scene;
  const known = new Map(plan.exits.map((exit) => [exit.id, exit]));
  const found = new Set<string>();
  const exits = scene.exits.map((exit): Exit => {
    const planned = known.get(localId(exit.id));
    if (!planned) return exit;
    found.add(planned.id);
    return { ...exit, words: say(planned), state: stateOf(planned) };
  });
  const more = plan.exits.filter((exit) => !found.has(exit.id)).map((exit): Exit => ({ id: `plan:${exit.id}`, no: exit.name, lon: exit.lon, lat: exit.lat, words: say(exit), state: stateOf(exit) }));
  return { ...scene, exits: [...exits, ...more], plan };
}
const stateOf = (exit: ExitMark): Exit["state"] => (exit.state === "threatened" ? "jam" : exit.state);
