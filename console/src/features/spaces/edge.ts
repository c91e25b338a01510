/** The edge of a space: what lies near it is meant to lie on it. Pure. */
import type { Space } from "../../api/advice";
import type { Place } from "./draft";

const LAT_M = 111_195;

/** The nearest place on the edge and how far it is, m; null where nothing is drawn. */
export function nearest(space: Space, [lon, lat]: Place): { place: Place; away: number } | null {
  const scale = Math.cos((lat * Math.PI) / 180);
  const at = ([x, y]: Place): Place => [(x - lon) * LAT_M * scale, (y - lat) * LAT_M];
  let best: { place: Place; away: number } | null = null;
  for (const ring of [...space.walkable, ...space.obstacles].flat()) {
    for (let n = 0; n + 1 < ring.length; n++) {
      const [a, b] = [at(ring[n] as Place), at(ring[n + 1] as Place)];
      const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
      const part = Math.min(1, Math.max(0, -(a[0] * dx + a[1] * dy) / (dx * dx + dy * dy || 1)));
      const [x, y] = [a[0] + part * dx, a[1] + part * dy];
      const away = Math.hypot(x, y);
      if (!best || away < best.away) best = { place: [lon + x / (LAT_M * scale), lat + y / LAT_M], away };
    }
  }
  return best;
}
/** On the edge where it is nearer than a hand can point, else as it was. */
export function snapped(space: Space, place: Place, withinM = 4): Place {
  const found = nearest(space, place);
  return found && found.away <= withinM ? found.place : place;
}
