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

export function put(map: GlMap, source: string, features: Feature[]): void {
  map.getSource<GeoJSONSource>(source)?.setData({ type: "FeatureCollection", features });
}

export function visible(map: GlMap, ids: readonly string[], on: boolean): void {
  for (const id of ids) if (map.getLayer(id)) map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
}

export const empty: GeoJSONSourceSpecification = { type: "geojson", data: { type: "FeatureCollection", features: [] } };
export const polygon = (ring: [number, number][], properties: Record<string, unknown>): Feature => ({ type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } });
export const point = (lon: number, lat: number, properties: Record<string, unknown>): Feature => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } });
