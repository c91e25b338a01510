/** Cameras with the sector they see; a dark one is dashed and struck through. */
import type { Map as GlMap } from "maplibre-gl";
import { bearing, boundsOf, centreOf, coneFrom } from "../geo";
import { UNDER_LABELS } from "../style";
import type { MapTokens } from "../tokens";
import { drawn } from "./drawn";
import { empty, type MapLayer, point, polygon, put, visible } from "./layer";

const REACH_M = 34;
const HALF_DEG = 26;

const draw = (map: GlMap, c: MapTokens, dark: boolean): void =>
  drawn(map, dark ? "camera-dark" : "camera", 22, (pen) => {
    pen.translate(11, 11);
    pen.fillStyle = c["map-ground"];
    pen.strokeStyle = dark ? c["sev-high-fill"] : c["map-mark"];
    pen.lineWidth = 1.25;
    if (dark) pen.setLineDash([2, 2]);
    pen.stroke(new Path2D("M-4 5H4L3-3 4-7H-4L-3-3z"));
    pen.fill(new Path2D("M-4 5H4L3-3 4-7H-4L-3-3z"));
    if (dark) {
      pen.setLineDash([]);
      pen.lineWidth = 2;
      pen.stroke(new Path2D("M-7 6 7-8"));
    }
  });

export const cameras: MapLayer = {
  id: "cameras",
  add(map, c) {
    draw(map, c, false);
    draw(map, c, true);
    map.addSource("cones", empty);
    map.addSource("cameras", empty);
    map.addLayer({ id: "cones", type: "fill", source: "cones", paint: { "fill-color": c["map-mark"], "fill-opacity": ["case", ["get", "used"], 0.2, 0.08] } }, UNDER_LABELS);
    map.addLayer({ id: "cameras", type: "symbol", source: "cameras", layout: { "icon-image": ["case", ["get", "dark"], "camera-dark", "camera"], "icon-rotate": ["get", "turn"], "icon-rotation-alignment": "map", "icon-allow-overlap": true, "icon-ignore-placement": true } });
  },
  update(map, scene) {
    const middle = boundsOf(scene.cells.length ? scene.cells : scene.cameras);
    // a camera that does not say where it looks is drawn looking at what is watched
    const look = (camera: (typeof scene.cameras)[number]): number => camera.bearing ?? scene.shapes.bearing.get(camera.id) ?? (middle ? bearing(camera, centreOf(middle)) : 0);
    put(map, "cones", scene.cameras.filter((x) => !x.dark).map((x) => {
      const shape = scene.shapes.of.get(x.id);
      return shape ? { type: "Feature" as const, properties: { used: x.used }, geometry: shape } : polygon(coneFrom(x.lon, x.lat, look(x), HALF_DEG, REACH_M), { used: x.used });
    }));
    put(map, "cameras", scene.cameras.map((x) => point(x.lon, x.lat, { id: x.id, dark: x.dark, turn: look(x) })));
  },
  show: (map, on) => visible(map, ["cones", "cameras"], on),
};
