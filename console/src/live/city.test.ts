import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Snapshot, Status } from "../api/types";
import { alert, entity, incident } from "../testing/make";

const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({ entities: [], alerts: [], incidents: [], status: {} as Status, now: "", ...more });

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response('{"items":[],"next":null}')));
});
afterEach(() => vi.unstubAllGlobals());

it("a snapshot replaces the open picture and keeps what was closed", async () => {
  const { city } = await import("./city.svelte");
  city.lay(snapshot({ alerts: [alert({ id: "a" }), alert({ id: "b" })], entities: [entity("Camera", "C-1", {})] }));
  city.put({ alert: alert({ id: "b", version: 2, state: "closed" }) });
  city.lay(snapshot({ alerts: [alert({ id: "c" })], incidents: [incident()] }));
  expect([...city.alerts.keys()].sort()).toEqual(["b", "c"]);
  expect(city.entities.size).toBe(0);
  expect(city.incidents.size).toBe(1);
});

it("an older answer never undoes a newer change", async () => {
  const { city } = await import("./city.svelte");
  city.lay(snapshot({ alerts: [alert({ version: 5, state: "confirmed" })] }));
  city.put({ alert: alert({ version: 4, state: "acknowledged" }) });
  expect(city.alerts.get("AL-0001")?.state).toBe("confirmed");
});
