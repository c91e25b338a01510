/** A plan as it is drawn: degrees to metres on paper, and where to look in its series. Pure. */
import type { EvacuationPlan, Geometry } from "../../api/advice";

type Place = readonly number[];
const LAT_M = 111_195;

const rings = (g: Geometry): Place[][] => (g.type === "Polygon" ? g.coordinates : g.type === "MultiPolygon" ? g.coordinates.flat() : g.type === "LineString" ? [g.coordinates] : [[g.coordinates]]);

/** Paper: x to the east, y down, metres from the middle of what is shown. */
export class Paper {
  readonly box: [number, number, number, number];
  readonly #lon: number;
  readonly #lat: number;
  readonly #scale: number;

  constructor(shown: readonly Geometry[], margin = 0.06) {
    const all = shown.flatMap(rings).flat();
    const [lons, lats] = [all.map((p) => p[0] ?? 0), all.map((p) => p[1] ?? 0)];
    const [west, east] = [Math.min(...lons), Math.max(...lons)];
    const [south, north] = [Math.min(...lats), Math.max(...lats)];
    this.#lon = (west + east) / 2;
    this.#lat = (south + north) / 2;
    this.#scale = Math.cos((this.#lat * Math.PI) / 180);
    const [right, down] = this.at([east, south]);
    const edge = margin * 2 * Math.max(right, down);
    this.box = [-right - edge, -down - edge, 2 * (right + edge), 2 * (down + edge)];
  }
  at([lon = 0, lat = 0]: Place): [number, number] {
    return [(lon - this.#lon) * LAT_M * this.#scale, (this.#lat - lat) * LAT_M];
  }
  /** The inverse of `at`, to a decimetre or so. */
  back(x: number, y: number): [number, number] {
    return [this.#lon + x / (LAT_M * this.#scale), this.#lat - y / LAT_M].map((n) => Math.round(n * 1e6) / 1e6) as [number, number];
  }
  path(g: Geometry): string {
    const closed = g.type === "Polygon" || g.type === "MultiPolygon" ? "Z" : "";
    return rings(g).map((ring) => `M${ring.map((p) => this.at(p).map((n) => n.toFixed(1)).join(" ")).join("L")}${closed}`).join("");
  }
  middle(g: Geometry): [number, number] {
    const ring = (rings(g)[0] ?? []).map((p) => this.at(p));
    const sum = ring.reduce(([a, b], [x, y]) => [a + x, b + y] as [number, number], [0, 0] as [number, number]);
    return [sum[0] / (ring.length || 1), sum[1] / (ring.length || 1)];
  }
}

export const everything = (plan: EvacuationPlan): Geometry[] => [...plan.zones.map((z) => z.geometry), ...plan.exits.map((e) => e.line), ...plan.flows.map((f) => f.route)];

/** The last moment of a series that is not after `at`; 0 before its first. */
export function index(times: readonly number[], at: number): number {
  let found = 0;
  while (found + 1 < times.length && (times[found + 1] ?? Infinity) <= at) found++;
  return found;
}

/** Of the forecast, s from now; those of the flows where no density was foretold. */
export const moments = (plan: EvacuationPlan): number[] => (plan.density?.times_s.length ? plan.density.times_s : plan.times_s);

/** Step of the density colours (1 to 6), people per m² as the crowd layer of the map has them. */
export const dense = (perM2: number): number => (perM2 < 0.05 ? 0 : perM2 < 0.5 ? 1 : perM2 < 1 ? 2 : perM2 < 2 ? 3 : perM2 < 3 ? 4 : perM2 < 4 ? 5 : 6);

/** Width of a flow on paper, m: by the root of its people, so that few are still seen. */
export const broad = (people: number, most: number, size: number): number => size * (0.003 + 0.013 * Math.sqrt(people / Math.max(1, most)));
