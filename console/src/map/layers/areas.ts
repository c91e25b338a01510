/** Where an alert reaches: dashed in its severity, fainter once it is acknowledged. */
import type { ExpressionSpecification } from "maplibre-gl";
import { circleAround } from "../geo";
import type { MapTokens } from "../tokens";
import { empty, type MapLayer, polygon, put, visible } from "./layer";
import { UNDER_LABELS } from "../style";

const SOURCE = "areas";
/** A wider reach is only outlined: a wash over half the map would drown the crowd under it. */
const WASHED_M = 60;
const by = (c: MapTokens, kind: "fill" | "wash"): ExpressionSpecification =>
  ["match", ["get", "severity"], "critical", c[`sev-critical-${kind}`], "high", c[`sev-high-${kind}`], "medium", c[`sev-medium-${kind}`], c[`sev-low-${kind}`]];

export const areas: MapLayer = {
  id: "areas",
  add(map, c) {
    map.addSource(SOURCE, empty);
    map.addLayer({ id: "areas-fill", type: "fill", source: SOURCE, paint: { "fill-color": by(c, "wash"), "fill-opacity": ["case", ["get", "wide"], 0, ["get", "acked"], 0.4, 0.9] } }, UNDER_LABELS);
    map.addLayer({ id: "areas-edge", type: "line", source: SOURCE, paint: { "line-color": by(c, "fill"), "line-width": ["case", ["get", "acked"], 1, 1.5], "line-dasharray": [4, 3] } }, UNDER_LABELS);
  },
  update(map, scene) {
    put(map, SOURCE, scene.alerts.filter((a) => a.radiusM > 0 && a.rank !== null).map((a) => polygon(circleAround(a.lon, a.lat, a.radiusM), { severity: a.severity, acked: a.acked, wide: a.radiusM > WASHED_M })));
  },
  show: (map, on) => visible(map, ["areas-fill", "areas-edge"], on),
};
