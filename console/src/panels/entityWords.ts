/** An entity in the one value that says most about it. */
import type { EntityState } from "../api/types";
import { density } from "../map/scene";
import { value } from "../ui/units";

/** The attribute that leads, by type; else the first number. */
const LEADS: Record<string, readonly string[]> = {
  CrowdFlowObserved: ["peopleCount"],
  ItemFlowObserved: ["outflow", "intensity"],
  TrafficFlowObserved: ["averageVehicleSpeed", "intensity", "occupancy"],
  AirQualityObserved: ["fbap", "NO2", "PM10", "PM2_5"],
  NoiseLevelObserved: ["LAeq"],
  WeatherObserved: ["temperature", "windSpeed"],
  OffStreetParking: ["availableSpotNumber"],
  Camera: ["status"],
};
const STILL = new Set(["area", "exitNumber", "widthM", "name", "totalSpotNumber", "location"]);

export function lead(e: EntityState): string | null {
  for (const name of LEADS[e.type] ?? []) if (name in e.attributes) return name;
  const names = Object.keys(e.attributes).filter((name) => !STILL.has(name));
  return names.find((name) => typeof e.attributes[name]?.value === "number") ?? names[0] ?? null;
}

export function headline(e: EntityState): string {
  const perM2 = density(e);
  if (perM2 !== null) return value(perM2, null, "density");
  const state = e.attributes.state?.value;
  if (typeof state === "string" && state !== "open") return value(state);
  const name = lead(e);
  const attribute = name ? e.attributes[name] : undefined;
  return attribute && name ? value(attribute.value, attribute.unit, name) : "–";
}

/** The attributes that have a course worth a chart, the leading one first. */
export function courses(e: EntityState): string[] {
  const first = lead(e);
  const all = Object.keys(e.attributes).filter((name) => !STILL.has(name));
  return [...all].sort((a, b) => Number(b === first) - Number(a === first));
}
