import { expect, it } from "vitest";
import type { EvacuationPlan } from "../../api/advice";
import { withPlan } from "../../map/plan";
import type { Scene } from "../../map/scene";
import { NO_SHAPES } from "../../map/shapes";
import { planMark } from "./onMap";

const line = (...coordinates: [number, number][]) => ({ type: "LineString" as const, coordinates });
const square = { type: "Polygon" as const, coordinates: [[[25, 60], [25.001, 60], [25.001, 60.001], [25, 60]] as [number, number][]] };
const flow = (exit: string, people: number, last_s: number) => ({ zone: "Z", exit, people, share: 1, route: line([25, 60], [25, 60.001]), last_s, exposed: false });
const exit = (id: string, people: number, state: "open" | "threatened" = "open") => ({ id, name: id, kind: "exit", state, line: line([25, 60.001], [25.0002, 60.001]), width_m: 4, capacity_per_min: 280, people, people_nearest: people, last_s: 60, per_min: [0, 90, 30], shut_s: null });
const plan = (more: Partial<EvacuationPlan>): EvacuationPlan =>
  ({ times_s: [0, 30, 60], zones: [], hazards: [{ at_s: 0, geometry: square }], density: { times_s: [0, 30, 60], cells: [square], per_m2: [[0.5], [3.2], [0]], worst: { cell: 0, place: "", at_s: 30, per_m2: 3.2, level: "F" } }, flows: [flow("A", 100, 60), flow("B", 40, 20)], exits: [exit("A", 100), exit("B", 40)], ...more }) as EvacuationPlan;

it("shows a moment: how dense, how many a minute, and no arrow for who is out", () => {
  const mark = planMark(plan({}), 45, null);
  expect(mark.cells.map((c) => c.step)).toEqual([5]);
  expect(mark.hazard).toEqual(square);
  expect(mark.flows.map((f) => [f.route.coordinates.length, f.perMin, f.stale])).toEqual([[2, 100, false]]);
  expect(mark.exits.map((e) => [e.id, e.perMin, e.before])).toEqual([["A", 90, null], ["B", 90, null]]);
});

it("points an arrow along the end of its way", () => {
  const [tip, left, right] = planMark(plan({}), 0, null).flows[0]?.head ?? [];
  expect(tip).toEqual([25, 60.001]);
  expect(left?.[1]).toBeLessThan(60.001);
  expect(left?.[1]).toBeCloseTo(right?.[1] ?? 0, 9);
  expect((left?.[0] ?? 0) + (right?.[0] ?? 0)).toBeCloseTo(50, 6);
});

it("beside another plan keeps every way and marks those that are given up", () => {
  const before = plan({ flows: [flow("A", 60, 60), flow("C", 80, 60)], exits: [exit("A", 60), exit("B", 0)] });
  const mark = planMark(plan({}), 45, before);
  expect(mark.flows.map((f) => [f.id, f.stale])).toEqual([["old-0", true], ["new-0", false], ["new-1", false]]);
  expect(mark.exits.map((e) => [e.before, e.people])).toEqual([[60, 100], [0, 40]]);
});

it("speaks at the exits that are counted, and puts up those that nobody counts", () => {
  const known = { id: "urn:ngsi-ld:ItemFlowObserved:A", no: "1", lon: 25, lat: 60, words: "12", state: "open" as const };
  const scene: Scene = { shapes: NO_SHAPES, cells: [], exits: [known], cameras: [], sensors: [], alerts: [] };
  const mark = planMark(plan({ exits: [exit("A", 100), exit("B", 0, "threatened")] }), 30, null);
  const drawn = withPlan(scene, mark, (e) => `${e.id} ${e.perMin}`);
  expect(drawn.exits.map((e) => [e.id, e.words, e.state])).toEqual([[known.id, "A 90", "open"], ["plan:B", "B 90", "jam"]]);
  expect(withPlan(scene, null, () => "")).toBe(scene);
});
