import { expect, it } from "vitest";
import { alert } from "../../testing/make";
import { floodGroups, heldBy } from "./groups";

const at = "2026-11-21T16:00:00Z";
const held = (id: string, more: object = {}) => alert({ id, tool: "crowd", place: null, suppressed: { rule: { id: "F-01", words: "too many" }, at }, ...more });

it("groups by tool and place, or by incident; every alert once", () => {
  const square = { lon: 24, lat: 60, radius_m: 0, name: "Square" };
  const all = [
    held("AL-0001", { severity: "low", place: square }),
    held("AL-0002", { severity: "low", place: square }),
    held("AL-0003", { severity: "low" }),
    held("AL-0004", { severity: "low", tool: "air", place: square }),
    held("AL-0005", { severity: "low", incident: "INC-001" }),
    held("AL-0006", { severity: "low", tool: "air", incident: "INC-001" }),
  ];
  const groups = floodGroups(all);
  expect(groups.map((g) => g.alerts.map((a) => a.id).sort())).toEqual([["AL-0005", "AL-0006"], ["AL-0001", "AL-0002"], ["AL-0004"], ["AL-0003"]]);
  expect(groups.flatMap((g) => g.alerts)).toHaveLength(all.length);
});

it("puts the gravest on top, in its group and among groups, whatever the size", () => {
  const groups = floodGroups([held("AL-0001", { severity: "low" }), held("AL-0002", { severity: "low" }), held("AL-0003", { severity: "medium" }), held("AL-0004", { severity: "high", tool: "air" })]);
  expect(groups.map((g) => [g.tool, g.severity, g.alerts[0]?.id])).toEqual([["air", "high", "AL-0004"], ["crowd", "medium", "AL-0003"]]);
});

it("names every rule that holds something, with its count", () => {
  const other = { rule: { id: "F-03", words: "all tools" }, at };
  expect(heldBy([held("AL-0001"), held("AL-0002", { suppressed: other }), held("AL-0003", { suppressed: other }), alert({ id: "AL-0009" })])).toEqual([
    { id: "F-03", words: "all tools", count: 2 },
    { id: "F-01", words: "too many", count: 1 },
  ]);
  expect(floodGroups([])).toEqual([]);
});
