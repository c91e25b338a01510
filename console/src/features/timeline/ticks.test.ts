import { expect, it } from "vitest";
import { alert, finding, incident, iso, T0 } from "../../testing/make";
import { actionsOf } from "./actions";
import { keySeries } from "./readings.svelte";
import { axis, ranged, rows } from "./ticks";

it("marks round times, about one per 84 px", () => {
  const marks = axis(T0, T0 + 12 * 60_000, 900);
  expect(marks.length).toBeGreaterThan(3);
  expect(marks.length).toBeLessThanOrEqual(11);
  expect(marks.every((at) => at % 120_000 === 0)).toBe(true);
});

it("ranges step and stop at their ends", () => {
  expect([ranged(12, 1), ranged(12, -1), ranged(4, -1), ranged(1440, 1), ranged(13, 1)]).toEqual([30, 4, 4, 1440, 60]);
});

it("marks that would lie on one another get a second row", () => {
  const laid = rows([{ at: 0 }, { at: 5 }, { at: 40 }], (at) => at, 14);
  expect(laid.map((l) => l.row)).toEqual([0, 1, 0]);
});

it("what people did comes from marks and logs", () => {
  const mark = { by: "operator", at: iso(T0), reason: null };
  const acts = actionsOf([alert({ acknowledged: mark, confirmed: mark })], [incident({ log: [{ seq: 1, act: "noted", by: "operator", at: iso(T0), words: "x", tasks: [] }] })]);
  expect(acts.map((a) => a.letter)).toEqual(["A", "C", "N"]);
});

it("key readings: evidence first, at most three, each once", () => {
  const read = (entity: string, value: number | string) => ({ observation: entity, entity, attribute: "n", value, unit: null, observed_at: iso(T0) });
  const f = finding({ evidence: [read("a", 1), read("a", 2), read("b", 1), read("c", "word")], neighbours: [{ entity: "d", agrees: true, words: "" }, { entity: "e", agrees: true, words: "" }] });
  expect(keySeries(alert({ finding: f })).map((s) => s.entity)).toEqual(["a", "b", "d"]);
});
