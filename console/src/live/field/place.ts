/** The field is a page of its own, with its own worker: a phone never loads the control room. */
export const FIELD = "/field";
export const inField: boolean = /^\/field(\/|$)/.test((globalThis.location as Location | undefined)?.pathname ?? "");

/** Metres between two places, great circle; and where the second lies, in degrees from north. Pure. */
interface At {
  lon: number;
  lat: number;
}
const rad = (degrees: number): number => (degrees * Math.PI) / 180;
export function metres(from: At, to: At): number {
  const h = Math.sin(rad(to.lat - from.lat) / 2) ** 2 + Math.cos(rad(from.lat)) * Math.cos(rad(to.lat)) * Math.sin(rad(to.lon - from.lon) / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(h)));
}
/** 0 to 7, clockwise from north. */
export function eighth(from: At, to: At): number {
  const turn = Math.atan2((to.lon - from.lon) * Math.cos(rad(to.lat)), to.lat - from.lat);
  return ((Math.round(turn / (Math.PI / 4)) % 8) + 8) % 8;
}
/** To the metre near by, to ten from 200 m, to a hundred from 2 km: nobody paces out more. */
export const rounded = (m: number): number => (m < 200 ? Math.round(m) : m < 2000 ? Math.round(m / 10) * 10 : Math.round(m / 100) * 100);
