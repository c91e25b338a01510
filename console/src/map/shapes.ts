/** Shapes that entities have on the ground (cells, gates, camera views), shipped beside the map by entity id. */
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import { asset } from "../api/http";
import { bearing } from "./geo";

export interface Shapes {
  of: ReadonlyMap<string, Geometry>;
  /** where a view looks, degrees from north */
  bearing: ReadonlyMap<string, number>;
  /** what lies round all cells together */
  outline: Feature[];
}
export const NO_SHAPES: Shapes = { of: new Map(), bearing: new Map(), outline: [] };

let asked: Promise<Shapes> | null = null;
export const loadShapes = (): Promise<Shapes> => (asked ??= asset<FeatureCollection>("/map/places.geojson").then((read) => (read ? shapesOf(read) : NO_SHAPES)));

/** Edges that only one ring has. Cells that touch share theirs. Pure. */
export function outlineOf(rings: Position[][]): Feature[] {
  const edges = new Map<string, { edge: [Position, Position]; count: number }>();
  const key = (p: Position): string => `${(p[0] ?? 0).toFixed(6)} ${(p[1] ?? 0).toFixed(6)}`;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [a, b] = [ring[i - 1], ring[i]];
      if (!a || !b) continue;
      const name = [key(a), key(b)].sort().join(" ");
      const known = edges.get(name);
      if (known) known.count++;
      else edges.set(name, { edge: [a, b], count: 1 });
    }
  }
  return [...edges.values()].filter((e) => e.count === 1).map((e) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: e.edge } }));
}

const ringsOf = (g: Geometry): Position[][] => (g.type === "Polygon" ? g.coordinates : g.type === "MultiPolygon" ? g.coordinates.flat() : []);

export function shapesOf(read: FeatureCollection): Shapes {
  const of = new Map<string, Geometry>();
  const looks = new Map<string, number>();
  const rings: Position[][] = [];
  for (const { properties, geometry } of read.features) {
    const id = String(properties?.entity ?? "");
    if (!id) continue;
    of.set(id, geometry);
    if (properties?.kind === "cell") rings.push(...ringsOf(geometry));
    if (properties?.kind === "view" && geometry.type === "Polygon") {
      const ring = geometry.coordinates[0] ?? [];
      const [eye, far] = [ring[0], ring[Math.floor(ring.length / 2)]];
      if (eye && far) looks.set(id, bearing({ lon: eye[0] ?? 0, lat: eye[1] ?? 0 }, { lon: far[0] ?? 0, lat: far[1] ?? 0 }));
    }
  }
  return { of, bearing: looks, outline: outlineOf(rings) };
}
