import { expect, it } from "vitest";
import type { Panel } from "../../api/types";
import { alert, iso, T0 } from "../../testing/make";
import { said } from "./said";

const query = (more: Partial<Panel["query"]> = {}): Panel["query"] => ({ of: "findings", type: null, attribute: null, per: null, kinds: [], window_s: null, limit: 50, ...more });
const all = [
  alert({ id: "A", onset: iso(T0 - 10_000) }),
  alert({ id: "B", onset: iso(T0 - 20_000), kind: "crowd.jam" }),
  alert({ id: "C", onset: iso(T0 - 90_000) }),
  alert({ id: "D", onset: iso(T0), tool: "anomaly" }),
];
const ids = (more: Partial<Panel["query"]> = {}): string[] => said(all, "crowd", query(more), T0).map((a) => a.id);

it("shows what this tool said, newest first, and no other's", () => {
  expect(ids()).toEqual(["A", "B", "C"]);
  expect(said(all, "nobody", query(), T0)).toEqual([]);
});

it("keeps to the kinds, the window and the limit that the panel asks for", () => {
  expect(ids({ kinds: ["crowd.jam"] })).toEqual(["B"]);
  expect(ids({ window_s: 60 })).toEqual(["A", "B"]);
  expect(ids({ limit: 1 })).toEqual(["A"]);
});
