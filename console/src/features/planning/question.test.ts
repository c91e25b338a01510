import { expect, it } from "vitest";
import type { Space } from "../../api/advice";
import { BLANK, isOpen, middle, placed, pressed, put, question, request, sound, threat, turned } from "./question";

const way = (id: string, open: boolean): Space["ways"][number] => ({ id, name: id, line: [[24.94, 60.17]], width_m: 4, kind: "gate", open, leads_to: "", accessible: true, inside: false, width_source: "" });
const space: Space = { id: "s", name: "S", walkable: [[[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]], ways: [way("n", true), way("e", false)], obstacles: [], zones: [] };

it("turns a way and back", () => {
  const shut = { ...BLANK, ...turned(space, BLANK, "n") };
  expect([shut.close, isOpen(space, shut, "n")]).toEqual([["n"], false]);
  expect(turned(space, shut, "n").close).toEqual([]);
  const opened = { ...BLANK, ...turned(space, BLANK, "e") };
  expect([opened.open, isOpen(space, opened, "e")]).toEqual([["e"], true]);
});

it("keeps what a kept question asks beyond the form, and leaves the crowd to the counters", () => {
  const kept = question({ space: "s", detail: "full", close: ["n"], responders: [{ way: "n" }] });
  expect(kept.crowd).toBeNull();
  expect(request("t", kept)).toMatchObject({ space: "t", close: ["n"], responders: [{ way: "n" }], compliance_share: 0.7 });
  expect(request("t", kept)).not.toHaveProperty("crowd");
  expect(request("t", kept)).not.toHaveProperty("detail");
});

it("forgets a figure that is the space's own or none", () => {
  expect(put({ n: 3 }, "e", 2)).toEqual({ n: 3, e: 2 });
  expect(put({ n: 3 }, "n", 4, 4)).toEqual({});
  expect(put({ n: 3 }, "n", Number.NaN)).toEqual({});
});

it("asks nothing of a field that is half written", () => {
  expect(sound(BLANK)).toBe(true);
  expect(sound({ ...BLANK, crowd: Number.NaN })).toBe(false);
  expect(sound({ ...BLANK, wheelchairs_share: 1.2 })).toBe(false);
});

it("puts an area where it is pressed, and leads a path on", () => {
  expect(pressed(threat("area", middle(space)), 24, 60).place).toEqual({ type: "Point", coordinates: [24, 60] });
  expect(middle(space)).toEqual([1, 1]);
  const begun = pressed(threat("vehicle", [1, 1]), 24, 60);
  expect(placed(begun)).toBe(false);
  expect(request("s", { ...BLANK, threats: [begun] }).threats).toEqual([]);
  const drawn = pressed(begun, 24.1, 60);
  expect(request("s", { ...BLANK, threats: [drawn] }).threats).toEqual([drawn]);
});
