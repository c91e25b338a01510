import { expect, it } from "vitest";
import { url } from "../../api/http";
import type { AuditItem, DayFigures } from "../../api/oversight";
import { type Asked, details, lastDays, toQuery, totals, tries } from "./ask";

const asked = (more: Partial<Asked> = {}): Asked => ({ reason: " complaint 17 ", person: "", organisation: "", action: "", object: "", from: "", to: "", which: "all", ...more });
const row = (more: Partial<AuditItem>): AuditItem => ({ seq: 1, at: "2026-11-21T16:00:00Z", action: "alert.confirm", person: "ann", organisation: "police", capacity: "operator", object_kind: "alert", object_id: "AL-0001", purpose: "", reason: "", outcome: "done", detail: {}, ...more });
const day = (more: Partial<DayFigures>): DayFigures => ({ day: "2026-11-21", rows: 0, looks: 0, unfit: 0, refused: 0, sign_ins: 0, purposes: {}, ...more });

it("asks for whole days in UTC, the last one included", () => {
  const query = toQuery(asked({ from: "2026-11-20", to: "2026-11-21" }), null);
  expect(query.start).toBe("2026-11-20T00:00:00Z");
  expect(query.end).toBe("2026-11-22T00:00:00.000Z");
});

it("leaves out what was not filled in", () => {
  expect(url("/audit", toQuery(asked(), null))).toBe("/api/v1/audit?reason=complaint+17&limit=100");
});

it("turns the choice of rows into one filter each", () => {
  expect(toQuery(asked({ which: "looks" }), null)).toMatchObject({ looks: true, unfit: null, outcome: null });
  expect(toQuery(asked({ which: "unfit" }), null)).toMatchObject({ looks: null, unfit: true, outcome: null });
  expect(toQuery(asked({ which: "refused" }), "abc")).toMatchObject({ looks: null, unfit: null, outcome: "refused", after: "abc" });
});

it("counts days back from today, over the end of a month", () => {
  expect(lastDays(1, Date.parse("2026-11-21T23:59:59Z"))).toEqual({ from: "2026-11-21", to: "2026-11-21" });
  expect(lastDays(7, Date.parse("2026-12-03T01:00:00Z"))).toEqual({ from: "2026-11-27", to: "2026-12-03" });
});

it("adds days up, most frequent purpose first", () => {
  const made = totals([day({ looks: 2, unfit: 1, purposes: { a: 1, b: 1 } }), day({ looks: 3, refused: 4, sign_ins: 5, purposes: { b: 3 } })]);
  expect(made).toEqual({ looks: 5, unfit: 1, refused: 4, signIns: 5, purposes: [["b", 4], ["a", 1]] });
});

it("says how often something was refused, and only then", () => {
  expect(tries(row({ outcome: "refused", detail: { count: "41", refusal: "forbidden" } }))).toBe("41");
  expect(tries(row({ outcome: "refused", detail: { count: "1" } }))).toBe("");
  expect(tries(row({ detail: { count: "41" } }))).toBe("");
});

it("tells details once", () => {
  expect(details(row({ outcome: "refused", detail: { count: "41", refusal: "conflict", field: "state" } }))).toBe("field state");
  expect(details(row({ detail: { alerts: "AL-0001 AL-0002", to: "" } }))).toBe("alerts AL-0001 AL-0002");
});
