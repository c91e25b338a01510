import { expect, it } from "vitest";
import { alert, entity, finding, T0 } from "../testing/make";
import { alarmed, frame, rampStep, scene } from "./scene";
import { NO_SHAPES } from "./shapes";

const words = { held: "held", shut: "shut", jam: "jam", letters: { NoiseLevelObserved: "N" }, letterElse: "S" };
const say = { title: () => "t", sub: () => "s" };
const draw = (entities: Parameters<typeof scene>[0], alerts: Parameters<typeof scene>[1] = [], selected: Parameters<typeof scene>[2] = null) => scene(entities, alerts, selected, say, words, T0 - 900_000, NO_SHAPES);

it("stays grey up to 3 people per square metre", () => {
  expect([null, 0.3, 0.4, 1, 1.5, 2.9, 3, 3.9, 4, 9].map(rampStep)).toEqual([0, 0, 1, 2, 3, 4, 5, 5, 6, 6]);
});

it("sorts the city into cells, exits, cameras and sensors", () => {
  const made = draw([
    entity("CrowdFlowObserved", "SQ-D4", { peopleCount: 200, area: 100 }),
    entity("ItemFlowObserved", "K-04", { outflow: 12.6, state: "held", exitNumber: 4 }),
    entity("ItemFlowObserved", "K-05", { outflow: 236.2, state: "open", exitNumber: 5 }),
    entity("ItemFlowObserved", "P-01", { intensity: 30 }),
    entity("Camera", "C-101", { status: "dark" }),
    entity("NoiseLevelObserved", "N-01", { LAeq: 60 }, { observed_at: new Date(T0 - 1_000_000).toISOString() }),
    entity("Device", "X", {}, { lon: null }),
  ]);
  expect(made.cells.map((c) => [c.perM2, c.sideM])).toEqual([[2, 10]]);
  expect(made.exits.map((e) => [e.no, e.state, e.words])).toEqual([["4", "held", "held"], ["5", "open", "236"]]);
  expect(made.cameras[0]?.dark).toBe(true);
  expect(made.sensors.map((s) => [s.letter, s.shape, s.silent])).toEqual([["S", "disc", false], ["N", "hex", true]]);
});

it("a map about its alerts leaves out what is far from them", () => {
  const far = { lon: 24.9, lat: 60.2 };
  const near = { lon: 24.941, lat: 60.17 };
  const made = draw(
    [entity("CrowdFlowObserved", "SQ-D4", { peopleCount: 200, area: 100 }, near), entity("CrowdFlowObserved", "HALL", { peopleCount: 1, area: 100 }, far)],
    [{ alert: alert({ place: { lon: 24.94, lat: 60.17, radius_m: 20, name: null } }), rank: 1 }],
  );
  expect(frame(made).map((at) => at.lon)).toEqual([24.94, 24.941]);
  expect(frame({ ...made, alerts: [] })).toEqual([]);
});

it("calls an exit jammed while an alert says so, unless it is a fault", () => {
  const exit = entity("ItemFlowObserved", "K-05", { outflow: 236, state: "open", exitNumber: 5 });
  const jam = alert({ kind: "crowd.jam", entities: [exit.id] });
  expect(draw([exit], [{ alert: jam, rank: 1 }]).exits[0]?.words).toBe("236 jam");
  const fault = { ...jam, finding: finding({ fault_probability: 0.9 }) };
  expect(draw([exit], [{ alert: fault, rank: 1 }]).exits[0]?.state).toBe("open");
});

it("places an alert by its place, else by its sensor, and stacks those of one spot", () => {
  const cell = entity("CrowdFlowObserved", "SQ-D4", { peopleCount: 1, area: 1 });
  const [a, b, c] = [alert({ id: "a", place: { lon: 24.94, lat: 60.17, radius_m: 20, name: null } }), alert({ id: "b" }), alert({ id: "c", entities: ["nowhere"] })];
  const marks = draw([cell], [a, b, c].map((x, i) => ({ alert: x, rank: i + 1 })), a).alerts;
  expect(marks.map((m) => [m.id, m.radiusM, m.selected, m.stacked])).toEqual([["a", 20, true, 0], ["b", 0, false, 1]]);
});

it("edges a sensor in its gravest open alert", () => {
  const of = alarmed([alert({ severity: "low", entities: ["x"] }), alert({ severity: "critical", entities: ["x"] }), alert({ severity: "high", state: "rejected", entities: ["y"] })]);
  expect([...of]).toEqual([["x", "critical"]]);
});
