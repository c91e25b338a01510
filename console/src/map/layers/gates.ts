/** The ways out as lines on the ground: open, jammed, held or shut. Their tags are marks above the map. */
import { empty, type MapLayer, put, visible } from "./layer";

export const gates: MapLayer = {
  id: "gates",
  add(map, c) {
    map.addSource("gates", empty);
    map.addLayer({ id: "gates", type: "line", source: "gates", filter: ["in", ["get", "state"], ["literal", ["open", "jam"]]], paint: { "line-color": ["match", ["get", "state"], "jam", c["sev-critical-fill"], c["map-mark"]], "line-width": 4 } });
    map.addLayer({ id: "gates-shut", type: "line", source: "gates", filter: ["in", ["get", "state"], ["literal", ["held", "shut"]]], paint: { "line-color": c["line-strong"], "line-width": 4, "line-dasharray": [0.5, 0.5] } });
  },
  update(map, scene) {
    put(
      map,
      "gates",
      scene.exits.flatMap((exit) => {
        const geometry = scene.shapes.of.get(exit.id);
        return geometry ? [{ type: "Feature" as const, properties: { id: exit.id, state: exit.state }, geometry }] : [];
      }),
    );
  },
  show: (map, on) => visible(map, ["gates", "gates-shut"], on),
};
