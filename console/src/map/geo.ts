/** Metres and degrees near one place; good to centimetres over a square. Pure. */
const EARTH_M = 111_320;

export const eastM = (metres: number, lat: number): number => metres / (EARTH_M * Math.cos((lat * Math.PI) / 180));
export const northM = (metres: number): number => metres / EARTH_M;

export function metres(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  return Math.hypot((a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180), a.lat - b.lat) * EARTH_M;
}

export function squareAround(lon: number, lat: number, sideM: number): [number, number][] {
  const [dx, dy] = [eastM(sideM / 2, lat), northM(sideM / 2)];
  return [[lon - dx, lat - dy], [lon + dx, lat - dy], [lon + dx, lat + dy], [lon - dx, lat + dy], [lon - dx, lat - dy]];
}

export function circleAround(lon: number, lat: number, radiusM: number, steps = 48): [number, number][] {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const turn = (i / steps) * 2 * Math.PI;
    return [lon + eastM(radiusM * Math.sin(turn), lat), lat + northM(radiusM * Math.cos(turn))];
  });
}

/** A sector, opening `halfDeg` to each side of a bearing (degrees from north). */
export function coneFrom(lon: number, lat: number, bearingDeg: number, halfDeg: number, reachM: number): [number, number][] {
  const arc = Array.from({ length: 9 }, (_, i): [number, number] => {
    const turn = ((bearingDeg - halfDeg + (i / 8) * 2 * halfDeg) * Math.PI) / 180;
    return [lon + eastM(reachM * Math.sin(turn), lat), lat + northM(reachM * Math.cos(turn))];
  });
  return [[lon, lat], ...arc, [lon, lat]];
}

export function bearing(from: { lon: number; lat: number }, to: { lon: number; lat: number }): number {
  const dx = (to.lon - from.lon) * Math.cos((from.lat * Math.PI) / 180);
  return ((Math.atan2(dx, to.lat - from.lat) * 180) / Math.PI + 360) % 360;
}

export interface Bounds { west: number; south: number; east: number; north: number }
export function boundsOf(points: Iterable<{ lon: number; lat: number }>): Bounds | null {
  let b: Bounds | null = null;
  for (const { lon, lat } of points) {
    b = b ? { west: Math.min(b.west, lon), south: Math.min(b.south, lat), east: Math.max(b.east, lon), north: Math.max(b.north, lat) } : { west: lon, south: lat, east: lon, north: lat };
  }
  return b;
}
export const centreOf = (b: Bounds): { lon: number; lat: number } => ({ lon: (b.west + b.east) / 2, lat: (b.south + b.north) / 2 });
