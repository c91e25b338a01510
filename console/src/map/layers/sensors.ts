/**
 * Sensors: one letter in a mark, grey while calm, edged in the severity of the alert that names it.
 *
 * Where more than three stand on top of each other, the calm ones become one mark with their number. One that an
 * alert names is never among them.
 */
import type { GeoJSONSource, Map as GlMap } from "maplibre-gl";
import type { Scene, Sensor } from "../scene";
import { FONT_MEDIUM } from "../style";
import type { MapTokens } from "../tokens";
import { drawn } from "./drawn";
import { empty, type MapLayer, point, put, visible } from "./layer";

const CALM = "sensors-calm";
const NAMED = "sensors-named";
/** closer than the width of a mark */
const TOGETHER_PX = 24;
const MORE_THAN = 3;
/** the closest look shows each */
const LAST_TOGETHER_ZOOM = 18;

const name = (s: Sensor): string => `sensor ${s.shape} ${s.letter} ${s.severity ?? (s.silent ? "silent" : "calm")}`;
let tokens: MapTokens | null = null;

const hexagon = (middle: number, radius: number): Path2D => {
  const path = new Path2D();
  [[-1, 0], [-0.5, -0.875], [0.5, -0.875], [1, 0], [0.5, 0.875], [-0.5, 0.875]].forEach(([x = 0, y = 0], i) => (i ? path.lineTo(middle + x * radius, middle + y * radius) : path.moveTo(middle + x * radius, middle + y * radius)));
  path.closePath();
  return path;
};

function draw(map: GlMap, c: MapTokens, s: Sensor): void {
  drawn(map, name(s), 22, (pen) => {
    const path = s.shape === "hex" ? hexagon(11, 8) : new Path2D();
    if (s.shape === "disc") path.arc(11, 11, 7, 0, 2 * Math.PI);
    pen.fillStyle = c["map-ground"];
    pen.fill(path);
    pen.strokeStyle = s.severity ? c[`sev-${s.severity}-fill`] : c["map-mark"];
    pen.lineWidth = s.severity ? 2 : 1.25;
    if (s.silent && !s.severity) pen.setLineDash([2, 2]);
    pen.stroke(path);
    pen.fillStyle = c["map-mark"];
    pen.font = '600 9px "IBM Plex Sans", sans-serif';
    pen.textAlign = "center";
    pen.fillText(s.letter, 11, 14.2);
  });
}

/** The mark of several; dashed where one of them is silent. */
function drawMany(map: GlMap, c: MapTokens, silent: boolean): void {
  drawn(map, silent ? "sensors-many-silent" : "sensors-many", 34, (pen) => {
    pen.fillStyle = c["map-ground"];
    pen.strokeStyle = c["map-mark"];
    pen.lineWidth = 1.5;
    if (silent) pen.setLineDash([3, 3]);
    pen.fill(hexagon(17, 15));
    pen.stroke(hexagon(17, 15));
  });
}

const features = (sensors: Sensor[]) => sensors.map((s) => point(s.lon, s.lat, { id: s.id, image: name(s), silent: s.silent }));

export const sensors: MapLayer = {
  id: "sensors",
  add(map, c) {
    tokens = c;
    drawMany(map, c, false);
    drawMany(map, c, true);
    map.addSource(CALM, { ...empty, cluster: true, clusterRadius: TOGETHER_PX, clusterMinPoints: MORE_THAN + 1, clusterMaxZoom: LAST_TOGETHER_ZOOM, clusterProperties: { silent: ["any", ["get", "silent"]] } });
    map.addSource(NAMED, empty);
    const icon = { "icon-image": ["get", "image"], "icon-allow-overlap": true, "icon-ignore-placement": true } as const;
    map.addLayer({ id: "sensors", type: "symbol", source: CALM, filter: ["!", ["has", "point_count"]], layout: { ...icon, "icon-image": ["get", "image"] } });
    map.addLayer({
      id: "sensors-many", type: "symbol", source: CALM, filter: ["has", "point_count"],
      layout: { ...icon, "icon-image": ["case", ["get", "silent"], "sensors-many-silent", "sensors-many"], "text-field": ["get", "point_count_abbreviated"], "text-font": FONT_MEDIUM, "text-size": 11, "text-allow-overlap": true, "text-ignore-placement": true },
      paint: { "text-color": c["map-mark"] },
    });
    map.addLayer({ id: "sensors-named", type: "symbol", source: NAMED, layout: { ...icon, "icon-image": ["get", "image"] } });
  },
  update(map, scene: Scene) {
    for (const s of scene.sensors) if (tokens && !map.hasImage(name(s))) draw(map, tokens, s);
    put(map, CALM, features(scene.sensors.filter((s) => !s.severity)));
    put(map, NAMED, features(scene.sensors.filter((s) => s.severity)));
  },
  show: (map, on) => visible(map, ["sensors", "sensors-many", "sensors-named"], on),
};

/** How close one must look until the marks under ``cluster`` come apart. */
export const apart = async (map: GlMap, cluster: number): Promise<number> => (await map.getSource<GeoJSONSource>(CALM)?.getClusterExpansionZoom(cluster)) ?? map.getZoom() + 2;
