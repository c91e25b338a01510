/** The base map, written from the tokens: grey territory on which only what is abnormal takes a colour. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { MapTokens } from "./tokens";

export const BASE = "base";
const FONT = ["IBM Plex Sans"];
export const FONT_MEDIUM = ["IBM Plex Sans Medium"];

/** Metres on the ground at 60° N to pixels, doubling with each zoom; `at16` is the width in px at zoom 16. */
const wide = (at16: number): ExpressionSpecification => ["interpolate", ["exponential", 2], ["zoom"], 12, Math.max(at16 / 16, 0.3), 16, at16, 20, at16 * 16];
const kind = (name: string): ExpressionSpecification => ["==", ["get", "kind"], name];

const street = (name: string, at16: number, c: MapTokens, opacity = 1): LayerSpecification => ({
  id: `street-${name}`, type: "line", source: BASE, "source-layer": "street", filter: kind(name),
  layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": c["map-street"], "line-width": wide(at16), "line-opacity": opacity },
});

export function baseLayers(c: MapTokens): LayerSpecification[] {
  const fill = (id: string, colour: string): LayerSpecification => ({ id, type: "fill", source: BASE, "source-layer": id, paint: { "fill-color": colour, "fill-antialias": true } });
  return [
    { id: "ground", type: "background", paint: { "background-color": c["map-ground"] } },
    fill("green", c["map-green"]),
    fill("water", c["map-water"]),
    fill("square", c["map-square"]),
    street("foot", 1, c, 0.7),
    street("service", 3, c),
    street("pedestrian", 6.5, c),
    street("minor", 9, c),
    street("major", 14, c),
    { ...(fill("platform", c["map-street"]) as object), paint: { "fill-color": c["map-street"], "fill-outline-color": c["map-building-edge"] } } as LayerSpecification,
    { id: "rail", type: "line", source: BASE, "source-layer": "rail", paint: { "line-color": c["map-rail"], "line-width": ["interpolate", ["linear"], ["zoom"], 13, 0.5, 17, 2] } },
    { id: "tram", type: "line", source: BASE, "source-layer": "tram", paint: { "line-color": c["map-tram"], "line-width": ["interpolate", ["linear"], ["zoom"], 13, 0.4, 17, 1] } },
    fill("building", c["map-building"]),
    { id: "building-edge", type: "line", source: BASE, "source-layer": "building", paint: { "line-color": c["map-building-edge"], "line-width": ["interpolate", ["linear"], ["zoom"], 14, 0.3, 17, 1] } },
  ];
}

/** Names lie over whatever is drawn of the city's state. Their size stays, whatever the zoom and the seat. */
export function labelLayers(c: MapTokens): LayerSpecification[] {
  const paint = { "text-color": c["map-label"], "text-halo-color": c["map-halo"], "text-halo-width": 1.5 };
  return [
    {
      id: "label-street", type: "symbol", source: BASE, "source-layer": "label_street", minzoom: 15,
      layout: { "symbol-placement": "line", "text-field": ["get", "name"], "text-font": FONT, "text-size": 11.5, "text-letter-spacing": 0.02, "symbol-spacing": 420, "text-max-angle": 30 }, paint,
    },
    {
      id: "label-place", type: "symbol", source: BASE, "source-layer": "label_place", minzoom: 14.5,
      layout: { "text-field": ["get", "name"], "text-font": FONT_MEDIUM, "text-size": 11.5, "text-max-width": 9, "text-padding": 6 }, paint,
    },
  ];
}

export function mapStyle(c: MapTokens, tiles: string): StyleSpecification {
  return { version: 8, sources: { [BASE]: { type: "vector", url: tiles } }, layers: [...baseLayers(c), ...labelLayers(c)] };
}
/** Layers of the city's state go under the names. */
export const UNDER_LABELS = "label-street";
