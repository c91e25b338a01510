/** Crowd density by cell: grey up to 3 people/m², a colour only from there. */
import { squareAround } from "../geo";
import { rampStep } from "../scene";
import { UNDER_LABELS } from "../style";
import { empty, type MapLayer, polygon, put, state, visible } from "./layer";

const SOURCE = "density";

export const density: MapLayer = {
  id: "density",
  add(map, c) {
    map.addSource(SOURCE, empty);
    map.addLayer(
      {
        id: "density-fill",
        type: "fill",
        source: SOURCE,
        paint: { "fill-color": ["match", ["coalesce", ["feature-state", "step"], 0], 1, c["dens-1"], 2, c["dens-2"], 3, c["dens-3"], 4, c["dens-4"], 5, c["dens-5"], 6, c["dens-6"], "rgba(0,0,0,0)"], "fill-antialias": false },
      },
      UNDER_LABELS,
    );
    map.addLayer({ id: "density-edge", type: "line", source: SOURCE, paint: { "line-color": c["map-mark"], "line-opacity": 0.1, "line-width": 1 } }, UNDER_LABELS);
    map.addSource("outline", empty);
    map.addLayer({ id: "outline", type: "line", source: "outline", layout: { "line-cap": "round" }, paint: { "line-color": c["map-mark"], "line-width": 1.5 } }, UNDER_LABELS);
  },
  update(map, scene) {
    put(map, "outline", scene.cells.length ? scene.shapes.outline : []);
    put(
      map,
      SOURCE,
      scene.cells.map((cell) => {
        const shape = scene.shapes.of.get(cell.id);
        return shape ? { type: "Feature" as const, properties: { id: cell.id }, geometry: shape } : polygon(squareAround(cell.lon, cell.lat, cell.sideM), { id: cell.id });
      }),
    );
    for (const cell of scene.cells) state(map, SOURCE, cell.id, { step: rampStep(cell.perM2) });
  },
  show: (map, on) => visible(map, ["density-fill", "density-edge", "outline"], on),
};
