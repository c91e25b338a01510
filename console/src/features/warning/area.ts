/** The area of a warning as a form holds it: a circle or corners, as numbers or as lines of text. Pure. */
import type { WarningArea } from "../../api/warnings";

export interface Spot {
  lon: number;
  lat: number;
}
export interface AreaForm {
  name: string;
  shape: "circle" | "polygon";
  centre: Spot | null;
  radiusM: number;
  corners: Spot[];
}
export type AreaFault = "centre" | "few" | "crossed";

export const emptyArea = (name = ""): AreaForm => ({ name, shape: "circle", centre: null, radiusM: 500, corners: [] });

const onEarth = (spot: Spot): boolean => Math.abs(spot.lat) <= 90 && Math.abs(spot.lon) <= 180;
/** a tenth of a metre: what a hand can mean, and what stands in a field */
const trim = (value: number): number => Math.round(value * 1e6) / 1e6;
export const spotAt = (lon: number, lat: number): Spot => ({ lon: trim(lon), lat: trim(lat) });

export const linesOf = (corners: readonly Spot[]): string => corners.map((c) => `${c.lat}, ${c.lon}`).join("\n");

/** `45.40, 11.87` a line (latitude first, as people say it); `bad` is the number of the first line that is none. */
export function cornersOf(lines: string): { corners: Spot[]; bad: number | null } {
  const corners: Spot[] = [];
  for (const [i, line] of lines.split("\n").entries()) {
    if (!line.trim()) continue;
    const hit = /^\s*([+-]?\d+(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d+(?:\.\d+)?)\s*$/.exec(line);
    const spot = { lat: Number(hit?.[1]), lon: Number(hit?.[2]) };
    if (!hit || !onEarth(spot)) return { corners, bad: i + 1 };
    corners.push(spot);
  }
  return { corners, bad: null };
}

const turn = (a: Spot, b: Spot, c: Spot): number => Math.sign((b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon));

/** Whether two sides that are not neighbours cross. The server asks again, more strictly. */
export function crossed(corners: readonly Spot[]): boolean {
  const n = corners.length;
  const side = (i: number): [Spot, Spot] => [corners[i % n] as Spot, corners[(i + 1) % n] as Spot];
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      const [[a, b], [c, d]] = [side(i), side(j)];
      if (turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0) return true;
    }
  }
  return false;
}

export function faultOf(area: AreaForm): AreaFault | null {
  if (area.shape === "circle") return area.centre && onEarth(area.centre) && area.radiusM > 0 ? null : "centre";
  if (area.corners.length < 3) return "few";
  return crossed(area.corners) ? "crossed" : null;
}

export function areaOf(area: AreaForm): WarningArea {
  const name = area.name.trim();
  if (area.shape === "polygon") return { name, polygon: area.corners, circle: null };
  return { name, polygon: [], circle: area.centre ? { ...area.centre, radius_m: area.radiusM } : null };
}

export function formOf(area: WarningArea): AreaForm {
  const { circle } = area;
  const corners = area.polygon ?? [];
  return { ...emptyArea(area.name), shape: corners.length ? "polygon" : "circle", corners: [...corners], ...(circle ? { centre: { lon: circle.lon, lat: circle.lat }, radiusM: circle.radius_m } : {}) };
}
