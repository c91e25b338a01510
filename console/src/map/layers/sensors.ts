/** Sensors: one letter in a mark, grey while calm, edged in the severity of the alert that names it. */
import type { Map as GlMap } from "maplibre-gl";
import type { Sensor } from "../scene";
import type { MapTokens } from "../tokens";
import { drawn } from "./drawn";
import { empty, type MapLayer, point, put, visible } from "./layer";

const name = (s: Sensor): string => `sensor ${s.shape} ${s.letter} ${s.severity ?? (s.silent ? "silent" : "calm")}`;
let tokens: MapTokens | null = null;

function draw(map: GlMap, c: MapTokens, s: Sensor): void {
  drawn(map, name(s), 22, (pen) => {
    const path = new Path2D();
    if (s.shape === "hex") [[-8, 0], [-4, -7], [4, -7], [8, 0], [4, 7], [-4, 7]].forEach(([x = 0, y = 0], i) => (i ? path.lineTo(11 + x, 11 + y) : path.moveTo(11 + x, 11 + y)));
    else path.arc(11, 11, 7, 0, 2 * Math.PI);
    path.closePath();
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

export const sensors: MapLayer = {
  id: "sensors",
  add(map, c) {
    tokens = c;
    map.addSource("sensors", empty);
    map.addLayer({ id: "sensors", type: "symbol", source: "sensors", layout: { "icon-image": ["get", "image"], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["get", "over"] } });
  },
  update(map, scene) {
    for (const s of scene.sensors) if (tokens && !map.hasImage(name(s))) draw(map, tokens, s);
    put(map, "sensors", scene.sensors.map((s) => point(s.lon, s.lat, { id: s.id, image: name(s), over: s.severity ? 1 : 0 })));
  },
  show: (map, on) => visible(map, ["sensors"], on),
};
