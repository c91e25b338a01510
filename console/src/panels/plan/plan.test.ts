import { describe, expect, it } from "vitest";
import type { EvacuationPlan, ExitUse, Measure } from "../../api/advice";
import { differences } from "./differences";
import { narrow, worth } from "./narrow";

const line = { type: "LineString" as const, coordinates: [[24.94, 60.17], [24.941, 60.17]] as [number, number][] };
const exit = (id: string, more: Partial<ExitUse> = {}): ExitUse => ({ id, name: `Exit ${id}`, kind: "exit", state: "open", line, width_m: 4, capacity_per_min: 290, people: 500, people_nearest: 500, last_s: 100, per_min: [], shut_s: null, ...more });
const measure = (id: string, kind: Measure["kind"], saves_s: number): Measure => ({ id, kind, name: id, saves_s, words: "", place: null });
const plan = (more: Partial<EvacuationPlan> = {}): EvacuationPlan => ({
  space: "s", name: "S", people: 1000, clearing_s: 100, gap: 0, bound: { seconds: 90, words: "" }, times_s: [0, 100], zones: [], flows: [], exits: [exit("a"), exit("b")], chokes: [], baseline: { clearing_s: 150, worst: null },
  forecasts: [{ compliance_share: 0.7, p10_s: 100, p50_s: 120, p90_s: 140, caught_share: 0 }], density: null, measures: [], instructions: [], hazards: [], stuck: [], exposed_people: 0, finished: true, warnings: [], ...more,
});

describe("differences", () => {
  it("says nothing of a plan that is the same", () => expect(differences(plan(), plan())).toEqual([]));
  it("tells times, people and exits, the exit that moved most first", () => {
    const now = plan({ clearing_s: 130, stuck: [{ zone: "z", name: "z", people: 12, why: "stairs" }], exits: [exit("a", { people: 620 }), exit("b", { people: 0, state: "shut" })] });
    const found = differences(plan(), now);
    expect(found.map((one) => one.what)).toEqual(["clearing", "stuck", "exit", "exit"]);
    expect(found[2]).toMatchObject({ id: "b", from: 500, to: 0, state: { from: "open", to: "shut" } });
  });
  it("tells a width that changed though nobody goes elsewhere", () => expect(differences(plan(), plan({ exits: [exit("a", { width_m: 6 }), exit("b")] }))).toHaveLength(1));
  it("compares densities where both have them", () => {
    const dense = (per_m2: number): EvacuationPlan["density"] => ({ times_s: [0], cells: [], per_m2: [[]], worst: { cell: 0, place: "", at_s: 0, per_m2, level: "D" } });
    expect(differences(plan({ density: dense(2) }), plan())).toEqual([]);
    expect(differences(plan({ density: dense(2) }), plan({ density: dense(3) }))).toEqual([{ what: "densest", from: 2, to: 3 }]);
  });
});

describe("narrow", () => {
  it("lists queues, the longest first, and exits that are busy to the end", () => {
    const found = narrow(plan({ chokes: [{ id: "n1", line, width_m: 2, capacity_per_min: 120, people: 80, queue: 6 }, { id: "n2", line, width_m: 3, capacity_per_min: 200, people: 300, queue: 40 }, { id: "n3", line, width_m: 9, capacity_per_min: 700, people: 9, queue: 0 }], exits: [exit("a"), exit("b", { last_s: 60 })] }));
    expect(found.map((one) => [one.sign, one.id])).toEqual([["A", "n2"], ["B", "n1"], ["C", "a"]]);
    expect(found[0]).toMatchObject({ waiting: 40, waitS: 12, clearS: null });
    expect(found[2]).toMatchObject({ name: "Exit a", clearS: 100 });
  });
  it("is empty where nobody walks", () => expect(narrow(plan({ people: 0, clearing_s: 0, exits: [exit("a", { people: 0, last_s: 0 })] }))).toEqual([]));
});

it("ranks what helps by seconds saved, and puts what must not be lost behind", () => {
  const found = worth(plan({ measures: [measure("s", "steward", 9), measure("l", "lose", -30), measure("g", "open", 40), measure("x", "lose", -50), measure("none", "steward", 0.2)] }));
  expect(found.map((one) => [one.rank, one.id])).toEqual([[1, "g"], [2, "s"], [null, "x"], [null, "l"]]);
});
