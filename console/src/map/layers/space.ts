/** A public space under the hand: floor, obstacles, zones, ways, the part in hand with its corners, and what is wrong where. */
import type { Feature, Geometry } from "geojson";
import type { Map as GlMap } from "maplibre-gl";
import { FONT_MEDIUM, UNDER_LABELS } from "../style";
import type { MapTokens } from "../tokens";
import { empty, point, polygon, put } from "./layer";

export type Spot = [number, number];
/** `key`: what the page calls the part; `chosen`: it is in hand. */
export interface DrawnPart {
  key: string;
  kind: "walkable" | "obstacle" | "way" | "zone";
  name: string;
  spots: readonly Spot[];
  /** of a polygon: its rings are drawn as one, so that holes are holes */
  rings?: readonly (readonly Spot[])[];
  open: boolean;
  chosen: boolean;
}
const [PARTS, CORNERS, FLAWS] = ["space-parts", "space-corners", "space-flaws"];
export const PICKED = ["space-way", "space-way-spot", "space-obstacle", "space-zone", "space-floor"];
export const HANDLES = "space-corner";

export function addSpace(map: GlMap, c: MapTokens): void {
  for (const id of [PARTS, CORNERS, FLAWS]) map.addSource(id, { ...empty, promoteId: undefined });
  const of = (kind: string): ["==", ["get", string], string] => ["==", ["get", "kind"], kind];
  const width = (chosen: number, other: number): ["case", ["get", string], number, number] => ["case", ["get", "chosen"], chosen, other];
  map.addLayer({ id: "space-floor", type: "fill", source: PARTS, filter: of("walkable"), paint: { "fill-color": c["dens-3"] } }, UNDER_LABELS);
  map.addLayer({ id: "space-floor-edge", type: "line", source: PARTS, filter: of("walkable"), paint: { "line-color": c["text-2"], "line-width": width(3, 1.5) } }, UNDER_LABELS);
  map.addLayer({ id: "space-zone", type: "fill", source: PARTS, filter: of("zone"), paint: { "fill-color": c["dens-1"] } }, UNDER_LABELS);
  map.addLayer({ id: "space-zone-edge", type: "line", source: PARTS, filter: of("zone"), paint: { "line-color": c["text-2"], "line-width": width(3, 1), "line-dasharray": [3, 2] } }, UNDER_LABELS);
  map.addLayer({ id: "space-obstacle", type: "fill", source: PARTS, filter: of("obstacle"), paint: { "fill-color": c["map-building"] } }, UNDER_LABELS);
  map.addLayer({ id: "space-obstacle-edge", type: "line", source: PARTS, filter: of("obstacle"), paint: { "line-color": c["line-strong"], "line-width": width(3, 1.5) } }, UNDER_LABELS);
  map.addLayer({ id: "space-way", type: "line", source: PARTS, filter: of("way"), layout: { "line-cap": "round" }, paint: { "line-color": ["case", ["get", "open"], c.text, c["line-strong"]], "line-width": width(9, 6) } });
  map.addLayer({ id: "space-way-spot", type: "circle", source: PARTS, filter: of("middle"), paint: { "circle-radius": width(9, 7), "circle-color": ["case", ["get", "open"], c.text, c["line-strong"]], "circle-stroke-color": c["map-halo"], "circle-stroke-width": 2 } });
  map.addLayer({ id: "space-flaw-fill", type: "fill", source: FLAWS, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": c["sev-critical-wash"] } });
  map.addLayer({ id: "space-flaw-line", type: "line", source: FLAWS, filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": ["case", ["get", "grave"], c["sev-critical-fill"], c["sev-medium-fill"]], "line-width": 3, "line-dasharray": [2, 1.5] } });
  map.addLayer({ id: "space-flaw-spot", type: "circle", source: FLAWS, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 13, "circle-color": c["sev-critical-wash"], "circle-stroke-color": ["case", ["get", "grave"], c["sev-critical-fill"], c["sev-medium-fill"]], "circle-stroke-width": 3 } });
  map.addLayer({ id: "space-name", type: "symbol", source: PARTS, filter: ["has", "label"], layout: { "text-field": ["get", "label"], "text-font": FONT_MEDIUM, "text-size": 12, "text-offset": [0, 1.1], "text-anchor": "top" }, paint: { "text-color": c.text, "text-halo-color": c["map-halo"], "text-halo-width": 2 } });
  map.addLayer({ id: "space-between", type: "circle", source: CORNERS, filter: of("between"), paint: { "circle-radius": 4, "circle-color": c["line-strong"], "circle-stroke-color": c.panel, "circle-stroke-width": 1 } });
  map.addLayer({ id: HANDLES, type: "circle", source: CORNERS, filter: of("corner"), paint: { "circle-radius": ["case", ["get", "chosen"], 8, 6], "circle-color": ["case", ["get", "chosen"], c.text, c.panel], "circle-stroke-color": c.text, "circle-stroke-width": 2 } });
}

const closed = (ring: readonly Spot[]): Spot[] => (ring[0] ? [...ring, ring[0]] : []);
function feature(part: DrawnPart): Feature[] {
  const { key, kind, name, open, chosen, spots } = part;
  const told = { key, kind, open, chosen };
  const [first] = spots;
  if (!first) return [];
  if (kind === "way") {
    const [a, b] = [first, spots[1] ?? first];
    const label = point((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, { label: name });
    if (spots.length === 1) return [point(...first, { ...told, kind: "middle" }), label];
    return [{ type: "Feature", properties: told, geometry: { type: "LineString", coordinates: [...spots] } }, label];
  }
  if (spots.length < 3) return spots.length === 2 ? [{ type: "Feature", properties: told, geometry: { type: "LineString", coordinates: [...spots] } }] : [];
  const rings = (part.rings ?? [spots]).filter((ring) => ring.length > 2).map(closed);
  const shape: Feature = { ...polygon(rings[0] ?? [], told), geometry: { type: "Polygon", coordinates: rings } };
  const middle = (k: 0 | 1): number => spots.reduce((sum, spot) => sum + spot[k], 0) / spots.length;
  return kind === "zone" ? [shape, point(middle(0), middle(1), { label: name })] : [shape];
}

/** Corners of the part in hand, and between each two a place where one more can be pulled out. */
function handles(spots: readonly Spot[], ring: boolean, corner: number | null): Feature[] {
  const here = spots.map((spot, n) => point(...spot, { kind: "corner", n, chosen: n === corner }));
  if (!ring || spots.length < 2) return here;
  const between = spots.flatMap((spot, n) => {
    const next = spots[n + 1] ?? (spots.length > 2 ? spots[0] : undefined);
    return next ? [point((spot[0] + next[0]) / 2, (spot[1] + next[1]) / 2, { kind: "between", n })] : [];
  });
  return [...between, ...here];
}

export function putSpace(map: GlMap, parts: readonly DrawnPart[], corner: number | null, flaws: readonly { where: Geometry; grave: boolean }[]): void {
  put(map, PARTS, parts.flatMap(feature));
  const chosen = parts.find((part) => part.chosen);
  put(map, CORNERS, chosen ? handles(chosen.spots, chosen.kind !== "way", corner) : []);
  put(map, FLAWS, flaws.map(({ where, grave }): Feature => ({ type: "Feature", properties: { grave }, geometry: where })));
}
