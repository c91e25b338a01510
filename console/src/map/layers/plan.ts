/** The plan of an incident: where people go (as broad as there are many a minute), where it is dangerous, how dense it gets. */
import type { Feature } from "geojson";
import { UNDER_LABELS } from "../style";
import { empty, type MapLayer, polygon, put, state, visible } from "./layer";

const CELLS = "plan-cells";
const HAZARD = "plan-hazard";
const FLOWS = "plan-flows";
const HEADS = "plan-heads";
const LAYERS = ["plan-cells", "plan-hazard", "plan-hazard-edge", "plan-flows-old", "plan-flows", "plan-heads"];

export const plan: MapLayer = {
  id: "plan",
  add(map, c) {
    for (const source of [CELLS, HAZARD, FLOWS, HEADS]) map.addSource(source, empty);
    map.addLayer({ id: "plan-cells", type: "fill", source: CELLS, paint: { "fill-color": ["match", ["coalesce", ["feature-state", "step"], 0], 1, c["dens-1"], 2, c["dens-2"], 3, c["dens-3"], 4, c["dens-4"], 5, c["dens-5"], 6, c["dens-6"], "rgba(0,0,0,0)"], "fill-antialias": false } }, UNDER_LABELS);
    map.addLayer({ id: "plan-hazard", type: "fill", source: HAZARD, paint: { "fill-color": c["sev-critical-wash"] } }, UNDER_LABELS);
    map.addLayer({ id: "plan-hazard-edge", type: "line", source: HAZARD, paint: { "line-color": c["sev-critical-fill"], "line-width": 1.5, "line-dasharray": [4, 3] } }, UNDER_LABELS);
    const colour: Parameters<typeof map.setPaintProperty>[2] = ["case", ["get", "stale"], c["text-2"], ["get", "exposed"], c["sev-high-fill"], c.advice];
    const round = { "line-cap": "round", "line-join": "round" } as const;
    map.addLayer({ id: "plan-flows-old", type: "line", source: FLOWS, filter: ["get", "stale"], layout: round, paint: { "line-color": c["text-2"], "line-width": 2, "line-dasharray": [2, 3] } });
    map.addLayer({ id: "plan-flows", type: "line", source: FLOWS, filter: ["!", ["get", "stale"]], layout: round, paint: { "line-color": colour, "line-opacity": 0.72, "line-width": ["interpolate", ["linear"], ["sqrt", ["get", "perMin"]], 0, 1.5, 20, 11] } });
    map.addLayer({ id: "plan-heads", type: "fill", source: HEADS, paint: { "fill-color": colour } });
  },
  update(map, { plan: now }) {
    put(map, CELLS, (now?.cells ?? []).map((cell): Feature => ({ type: "Feature", properties: { id: cell.id }, geometry: cell.shape })));
    for (const cell of now?.cells ?? []) state(map, CELLS, cell.id, { step: cell.step });
    put(map, HAZARD, now?.hazard ? [{ type: "Feature", properties: {}, geometry: now.hazard }] : []);
    const said = (now?.flows ?? []).map(({ route, head, ...properties }) => ({ route, head, properties }));
    put(map, FLOWS, said.map(({ route, properties }): Feature => ({ type: "Feature", properties, geometry: route })));
    put(map, HEADS, said.filter((flow) => flow.head.length).map(({ head, properties }) => polygon(head, properties)));
  },
  show: (map, on) => visible(map, LAYERS, on),
};
