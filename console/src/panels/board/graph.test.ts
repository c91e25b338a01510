import { expect, it } from "vitest";
import type { Alert } from "../../api/types";
import { alert, incident } from "../../testing/make";
import { graphOf } from "./graph";

const of = (id: string, entities: string[], more: Partial<Alert> = {}): Alert => alert({ id, entities, ...more });
const column = (graph: ReturnType<typeof graphOf>, layer: number): string[] => graph.nodes.filter((n) => n.layer === layer).sort((a, b) => a.row - b.row).map((n) => n.id);

it("alerts of one incident stand together, and what they share stands once", () => {
  const incidents = new Map([["INC-1", incident({ id: "INC-1" })]]);
  const graph = graphOf([of("A", ["s1"], { incident: "INC-1" }), of("B", ["s2"]), of("C", ["s1", "s3"], { incident: "INC-1" })], incidents);
  expect(column(graph, 0)).toEqual(["INC-1"]);
  expect(column(graph, 1)).toEqual(["A", "C", "B"]);
  expect(column(graph, 2)).toEqual(["s1", "s3", "s2"]);
  expect(graph.edges).toEqual([["INC-1", "A"], ["A", "s1"], ["B", "s2"], ["INC-1", "C"], ["C", "s1"], ["C", "s3"]]);
  expect(graph.rows).toBe(3);
});

it("an incident that is closed to this room is not drawn, nor one line of it", () => {
  const graph = graphOf([of("A", [], { incident: "INC-9" })], new Map());
  expect(graph.nodes.map((n) => n.id)).toEqual(["A"]);
  expect(graph.edges).toEqual([]);
});

it("stops at the limit and is empty where nothing is", () => {
  const many = Array.from({ length: 60 }, (_, i) => of(`A${i}`, ["a", "b", "c", "d"]));
  expect(column(graphOf(many, new Map(), 10), 1)).toHaveLength(10);
  expect(column(graphOf(many, new Map(), 10), 2)).toEqual(["a", "b", "c"]);
  expect(graphOf([], new Map())).toEqual({ nodes: [], edges: [], rows: 0 });
});
