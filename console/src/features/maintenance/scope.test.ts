import { expect, it } from "vitest";
import { type Planned, planOf, scopeWords } from "./scope";

const NOW = Date.parse("2026-11-22T10:00:00Z");
const form = (more: Partial<Planned> = {}): Planned => ({ entities: "", tool: "", kind: "", reason: "a new lens", start: "", hours: 2, ...more });

it("says nothing to the server until it knows what, why and until when", () => {
  expect(planOf(form(), NOW)).toBeNull();
  expect(planOf(form({ tool: "crowd", reason: "  " }), NOW)).toBeNull();
  expect(planOf(form({ tool: "crowd", start: "2026-11-20T10:00" }), NOW)).toBeNull();
});

it("begins at once where no start is given, and takes ids one a line", () => {
  expect(planOf(form({ entities: "urn:a\n urn:b,\n" }), NOW)).toEqual({ entities: ["urn:a", "urn:b"], reason: "a new lens", end: "2026-11-22T12:00:00.000Z" });
});

it("counts the hours from a start that lies ahead", () => {
  const start = "2026-11-23T08:00";
  const plan = planOf(form({ kind: " crowd.* ", start }), NOW);
  expect(plan?.kind).toBe("crowd.*");
  expect(Date.parse(plan?.end ?? "") - Date.parse(plan?.start ?? "")).toBe(2 * 3_600_000);
  expect(Date.parse(plan?.start ?? "")).toBe(Date.parse(start));
});

it("says what a window covers", () => {
  expect(scopeWords({ entities: ["urn:ngsi-ld:Camera:K-05"], tool: "crowd", kind: null, area: null })).toBe("K-05 · crowd");
  expect(scopeWords({ entities: [], tool: null, kind: null, area: { lon: 24.9, lat: 60.1, radius_m: 200, name: "Square" } })).toBe("200 m around Square");
});
