import { expect, it } from "vitest";
import type { Space } from "../../api/advice";
import { added, anchor, anchorIn, blank, corners, idOf, least, partOf, parts, type Place, removed, unfinished, withCorners, withWay, withZone } from "./draft";

const ring: Place[] = [[24.94, 60.17], [24.942, 60.17], [24.942, 60.171]];
const name = (n: number): string => `No. ${n}`;
function drawn(): Space {
  const first = added(blank(), "walkable", name);
  return withCorners(first.space, first.part, ring);
}

it("closes a ring in the space and opens it for the hand", () => {
  const space = drawn();
  expect(space.walkable[0]?.[0]).toHaveLength(4);
  expect(space.walkable[0]?.[0]?.at(-1)).toEqual(ring[0]);
  expect(corners(space, { kind: "walkable", index: 0, ring: 0 })).toEqual(ring);
});

it("gives ways and zones ids of their own", () => {
  const one = added(drawn(), "exit", name);
  const two = added(one.space, "exit", name);
  expect(two.space.ways.map((way) => [way.id, way.name])).toEqual([["exit-1", "No. 1"], ["exit-2", "No. 2"]]);
  const gone = removed(two.space, one.part);
  expect(added(gone, "exit", name).space.ways.map((way) => way.id)).toEqual(["exit-2", "exit-1"]);
  expect(added(drawn(), "stairs", name).space.ways[0]?.accessible).toBe(false);
});

it("knows what is no shape yet", () => {
  const exit = added(drawn(), "gate", name);
  expect(unfinished(exit.space)).toEqual(exit.part);
  expect(least(exit.part)).toBe(1);
  expect(unfinished(withCorners(exit.space, exit.part, ring.slice(0, 1)))).toBeNull();
  expect(unfinished(withCorners(drawn(), { kind: "walkable", index: 0, ring: 0 }, ring.slice(0, 2)))).not.toBeNull();
});

it("keeps two ends of a way alone", () => {
  const exit = added(drawn(), "exit", name);
  expect(withCorners(exit.space, exit.part, ring).ways[0]?.line).toEqual(ring.slice(0, 2));
});

it("takes a hole away and leaves its outline", () => {
  const space = { ...drawn(), walkable: [[ring, ring]] };
  expect(parts(space)).toHaveLength(2);
  expect(removed(space, { kind: "walkable", index: 0, ring: 1 }).walkable).toEqual([[ring]]);
  expect(removed(space, { kind: "walkable", index: 0, ring: 0 }).walkable).toEqual([]);
});

it("finds what a defect speaks of", () => {
  const zone = added(added(drawn(), "exit", name).space, "zone", name).space;
  expect(partOf(zone, "exit-1")?.kind).toBe("way");
  expect(partOf(zone, "No. 1")?.kind).toBe("zone");
  expect(partOf(zone, "walkable")).toEqual({ kind: "walkable", index: 0, ring: 0 });
  expect(partOf(zone, "nobody")).toBeNull();
  expect(withZone(withWay(zone, 0, { width_m: 6 }), 0, { people: 90 })).toMatchObject({ ways: [{ width_m: 6 }], zones: [{ people: 90 }] });
});

it("names the origin of a plan in metres, and reads it from the name of a file", () => {
  expect(anchor(drawn())).toEqual([expect.closeTo(24.941, 9), expect.closeTo(60.1705, 9)]);
  expect(anchorIn("square@24.9410000,-60.1705000.wkt")).toEqual([24.941, -60.1705]);
  expect(anchorIn("square.wkt")).toBeNull();
});

it("makes an id of a name, which nobody has", () => {
  expect(idOf("Piazza dell’Università", new Set())).toBe("piazza-dell-universita");
  expect(idOf("Square", new Set(["square", "square-2"]))).toBe("square-3");
  expect(idOf("…", new Set())).toBe("space");
});
