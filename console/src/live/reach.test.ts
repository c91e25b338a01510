import { expect, it } from "vitest";
import { iso, sharing, T0 } from "../testing/make";
import { losing, relation, seeing } from "./reach";

const offer = { to: "it", by: "ann", at: iso(T0), reason: "" };
const ROOMS = [{ id: "police" }, { id: "it" }, { id: "plan" }, { id: "trams", partner: true }];

// room, level, named, owner, offered to it, what it is: the same table as the policy's
it.each([
  ["police", "own room", [], "police", false, "owns"],
  ["it", "own room", [], "police", false, "none"],
  ["it", "own room", ["it"], "police", false, "none"],
  ["it", "own room", [], "police", true, "sees"],
  ["it", "named rooms", ["it"], "police", false, "works"],
  ["plan", "named rooms", ["it"], "police", false, "none"],
  ["it", "all rooms", [], "police", false, "sees"],
  ["it", "all rooms", ["it"], "police", false, "works"],
  ["it", "all rooms", [], "", false, "owns"],
  ["trams", "all rooms", [], "police", false, "none"],
  ["trams", "all rooms", [], "", false, "none"],
  ["trams", "city group", [], "police", false, "sees"],
  ["trams", "city group", ["trams"], "police", false, "works"],
  ["", "city group", [], "", false, "none"],
] as const)("%s, %s, named %j, owner %s, offered %s: %s", (room, level, rooms, owner, offered, is) => {
  expect(relation(room, room === "trams", sharing({ room: owner, level, rooms: [...rooms], offer: offered ? offer : null }))).toBe(is);
});

it("names who would lose it and who would see it", () => {
  const now = sharing({ room: "police", level: "all rooms" });
  expect(losing(ROOMS, now, { level: "named rooms", rooms: ["plan"] })).toEqual(["it"]);
  expect(losing(ROOMS, now, { level: "city group", rooms: [] })).toEqual([]);
  expect(seeing(ROOMS, now, { level: "own room", rooms: [] })).toEqual([]);
  expect(seeing(ROOMS, now, { level: "city group", rooms: [] })).toEqual(["it", "plan", "trams"]);
});
