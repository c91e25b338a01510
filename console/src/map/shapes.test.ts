import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { FeatureCollection } from "geojson";
import { bearing, circleAround, coneFrom, squareAround } from "./geo";
import { outlineOf, shapesOf } from "./shapes";

const square = (x: number): number[][] => [[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]];

it("the outline of cells that touch leaves out what they share", () => {
  expect(outlineOf([square(0), square(1)])).toHaveLength(6);
  expect(outlineOf([square(0), square(5)])).toHaveLength(8);
});

it("reads the shapes that ship: every kind, known entities", () => {
  const shapes = shapesOf(JSON.parse(readFileSync("public/map/places.geojson", "utf8")) as FeatureCollection);
  expect(shapes.of.get("urn:ngsi-ld:CrowdFlowObserved:SQ-D4")?.type).toContain("Polygon");
  expect(shapes.of.get("urn:ngsi-ld:ItemFlowObserved:K-05")?.type).toBe("LineString");
  expect(shapes.bearing.get("urn:ngsi-ld:Camera:C-107")).toBeGreaterThan(200);
  expect(shapes.outline.length).toBeGreaterThan(10);
});

it("measures in metres", () => {
  const ring = squareAround(24.94, 60.17, 100);
  expect(((ring[2]?.[1] ?? 0) - (ring[0]?.[1] ?? 0)) * 111_320).toBeCloseTo(100, 5);
  expect(circleAround(24.94, 60.17, 50)).toHaveLength(49);
  expect(Math.round(bearing({ lon: 24.94, lat: 60.17 }, { lon: 24.95, lat: 60.17 }))).toBe(90);
  const cone = coneFrom(24.94, 60.17, 0, 30, 40);
  expect(cone[0]).toEqual(cone.at(-1));
});
