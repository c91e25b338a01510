import type { FeatureCollection } from "geojson";
import type { Map as GlMap } from "maplibre-gl";
import { expect, it } from "vitest";
import type { Scene, Sensor } from "../scene";
import { sensors } from "./sensors";

const one = (id: string, severity: Sensor["severity"]): Sensor => ({ id, lon: 24.9, lat: 60.2, letter: "N", shape: "hex", severity, silent: false });

it("a sensor that an alert names is never put together with others", () => {
  const drawn: Record<string, unknown[]> = {};
  const source = (id: string) => ({ setData: (all: FeatureCollection) => (drawn[id] = all.features.map((f) => f.properties?.id as string)) });
  const sources: Record<string, ReturnType<typeof source>> = { "sensors-calm": source("sensors-calm"), "sensors-named": source("sensors-named") };
  const map = { hasImage: () => true, getSource: (id: string) => sources[id] } as unknown as GlMap;
  sensors.update(map, { sensors: [one("a", null), one("b", "high"), one("c", null), one("d", null), one("e", null)] } as unknown as Scene);
  expect(drawn).toEqual({ "sensors-calm": ["a", "c", "d", "e"], "sensors-named": ["b"] });
});
