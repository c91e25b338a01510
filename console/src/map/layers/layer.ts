/** What a map layer is: it owns its source, is handed values, and can be drawn anew after the style changed. */
import type { Feature } from "geojson";
import type { GeoJSONSource, GeoJSONSourceSpecification, Map as GlMap } from "maplibre-gl";
import type { Scene } from "../scene";
import type { MapTokens } from "../tokens";

export interface MapLayer {
  readonly id: string;
  add(map: GlMap, tokens: MapTokens): void;
  update(map: GlMap, scene: Scene): void;
  show(map: GlMap, on: boolean): void;
}

// by source object: a style drawn anew has new ones, which start empty
const last = new WeakMap<object, string>();
const states = new WeakMap<object, Map<string, string>>();

/** Hands features to a source, only where they changed: each time costs a trip to the map's worker. */
export function put(map: GlMap, source: string, features: Feature[]): void {
  const target = map.getSource<GeoJSONSource>(source);
  if (!target) return;
  const signature = JSON.stringify(features);
  if (last.get(target) === signature) return;
  last.set(target, signature);
  target.setData({ type: "FeatureCollection", features });
}

/** Sets what changes by the second on features that stay: no trip, only the paint. */
export function state(map: GlMap, source: string, id: string, now: Record<string, string | number>): void {
  const target = map.getSource(source);
  if (!target) return;
  const known = states.get(target) ?? new Map<string, string>();
  states.set(target, known);
  const signature = JSON.stringify(now);
  if (known.get(id) === signature) return;
  known.set(id, signature);
  map.setFeatureState({ source, id }, now);
}

export function visible(map: GlMap, ids: readonly string[], on: boolean): void {
  const value = on ? "visible" : "none";
  for (const id of ids) if (map.getLayer(id) && map.getLayoutProperty(id, "visibility") !== value) map.setLayoutProperty(id, "visibility", value);
}

export const empty: GeoJSONSourceSpecification = { type: "geojson", promoteId: "id", data: { type: "FeatureCollection", features: [] } };
export const polygon = (ring: [number, number][], properties: Record<string, unknown>): Feature => ({ type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } });
export const point = (lon: number, lat: number, properties: Record<string, unknown>): Feature => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } });
