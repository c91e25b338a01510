/** A made-up evening for working on the console alone. Nothing of it is in the product. */
import { readFileSync } from "node:fs";

type Kind = string;
const places = JSON.parse(readFileSync(new URL("./places.json", import.meta.url), "utf8")) as [Kind, string, string, number, number, number][];
export const iso = (at: number): string => new Date(at).toISOString();
export const urn = (type: Kind, id: string): string => `urn:ngsi-ld:${type}:${id}`;

/** A repeatable wobble in -1..1 of a name and a time. */
function wobble(name: string, at: number, every: number): number {
  let h = 2166136261;
  for (const c of `${name} ${Math.floor(at / every)}`) h = Math.imul(h ^ c.charCodeAt(0), 16777619);
  return ((h >>> 0) / 2 ** 31) - 1;
}

/** The hours of a day, 0..1, busiest in the late afternoon. */
const rhythm = (at: number): number => 0.5 + 0.45 * Math.sin(((at / 3_600_000 - 10) / 24) * 2 * Math.PI);

type Attributes = Record<string, [number | string, string | null]>;
export const START = Date.now();
const SURGE = START - 80_000;

function crowd(id: string, at: number): number {
  const base = 1.3 + 0.5 * rhythm(at) + 0.22 * wobble(id, at, 5_000);
  const since = (at - SURGE) / 60_000;
  if (since < 0) return base;
  const pull = { "SQ-D4": 2.5, "SQ-D3": 1.3, "SQ-C4": 1.4, "SQ-C3": 0.5, "SQ-D2": 0.3 }[id] ?? -0.2;
  return Math.max(0.2, base + pull * Math.min(1, since / 1.2));
}

export function reading(type: Kind, id: string, size: number, at: number): Attributes {
  const w = (every = 10_000): number => wobble(id, at, every);
  switch (type) {
    case "CrowdFlowObserved":
      return { peopleCount: [Math.round(crowd(id, at) * size), "C62"], area: [size, "MTK"] };
    case "ItemFlowObserved":
      if (!id.startsWith("K")) return { intensity: [Math.round(38 + 30 * rhythm(at) + 8 * w()), null] };
      return { outflow: [id === "K-05" ? (at > SURGE ? 236 : 92) : id === "K-04" || id === "K-06" ? 0 : Math.round(70 + 22 * w()), null], state: [id === "K-04" ? "held" : id === "K-06" ? "shut" : "open", null], exitNumber: [Number(id.slice(3)), "C62"], widthM: [size, "MTR"] };
    case "TrafficFlowObserved":
      return { averageVehicleSpeed: [Math.round((31 - 9 * rhythm(at) + 4 * w()) * 10) / 10, "KMH"], intensity: [Math.round(420 + 300 * rhythm(at) + 40 * w()), null], occupancy: [Math.round((0.12 + 0.1 * rhythm(at)) * 1000) / 1000, null] };
    case "AirQualityObserved":
      return { NO2: [Math.round((19 + 14 * rhythm(at) + 3 * w()) * 10) / 10, "GQ"], PM10: [Math.round((14 + 4 * w()) * 10) / 10, "GQ"], PM2_5: [Math.round((7 + 2 * w(9_000)) * 10) / 10, "GQ"] };
    case "NoiseLevelObserved":
      return { LAeq: [Math.round((64 + 5 * rhythm(at) + 2.5 * w() + (id === "N-02" && at > SURGE ? 15 : 0)) * 10) / 10, "2N"] };
    case "WeatherObserved":
      return { temperature: [Math.round((1.4 + 2 * rhythm(at) + 0.2 * w()) * 10) / 10, "CEL"], windSpeed: [Math.round((3.2 + 0.6 * w()) * 10) / 10, "MTS"], windDirection: [225, "DD"], relativeHumidity: [0.87, null] };
    case "OffStreetParking":
      return { availableSpotNumber: [Math.round(120 + 60 * w(60_000)), "C62"], totalSpotNumber: [400, "C62"] };
    default:
      return { status: [id === "C-104" ? "dark" : "on", null] };
  }
}

export function entity([type, id, name, lon, lat, size]: (typeof places)[number], at: number): Record<string, unknown> {
  const attributes = Object.fromEntries(Object.entries(reading(type, id, size, at)).map(([key, [value, unit]]) => [key, { value, unit, observed_at: iso(at) }]));
  return { id: urn(type, id), type, attributes: { ...attributes, name: { value: name, unit: null, observed_at: iso(at) } }, observed_at: iso(at), accepted_at: iso(Date.now()), lon, lat, name, source: "mqtt", quality: id === "A-03" ? 0.7 : 1 };
}
export const all = (at: number): Record<string, unknown>[] => places.map((p) => entity(p, at));
/** Some of them each second, as devices do. */
export const some = (at: number, turn: number): Record<string, unknown>[] => places.filter((p, i) => p[0] === "CrowdFlowObserved" || (i + turn) % 10 === 0).map((p) => entity(p, at));

export function series(id: string, attribute: string, from: number, to: number, limit: number): Record<string, unknown>[] {
  const place = places.find((p) => urn(p[0], p[1]) === id);
  if (!place) return [];
  const step = to - from > 4 * 3_600_000 ? 900_000 : place[0] === "CrowdFlowObserved" ? 5_000 : 15_000;
  const out: Record<string, unknown>[] = [];
  for (let at = Math.ceil(from / step) * step; at <= Math.min(to, Date.now()) && out.length < limit; at += step) {
    const hit = reading(place[0], place[1], place[5], at)[attribute];
    if (hit) out.push({ observed_at: iso(at), value: hit[0], unit: hit[1], quality: 1, observation: `${place[1]}-${at}` });
  }
  return out;
}
