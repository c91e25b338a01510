import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Snapshot, Status } from "../api/types";
import { alert, entity, incident, task } from "../testing/make";

const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({ entities: [], alerts: [], incidents: [], tasks: [], requests: [], advice: [], status: {} as Status, now: "", ...more });

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

it("what is shut is let go of, also what had ended; a task that comes apart is laid into its incident", async () => {
  let on: Record<string, (event: { data: string }) => void> = {};
  vi.stubGlobal("document", { hidden: true });
  vi.stubGlobal("EventSource", class {
    static CLOSED = 2;
    addEventListener(name: string, then: (event: { data: string }) => void): void {
      on = { ...on, [name]: then };
    }
    close(): void {}
  });
  const { city } = await import("./city.svelte");
  const say = (name: string, data: object): void => on[name]?.({ data: JSON.stringify(data) });
  const nothing = { entities: [], alerts: [], incidents: [], tasks: [], requests: [], advice: [] };
  city.open();
  say("snapshot", snapshot({ alerts: [alert({ id: "AL-0001" })], incidents: [incident({ id: "INC-001", version: 3, tasks: [task({ id: "a" })] })] }));
  say("change", { ...nothing, tasks: [{ incident: "INC-001", place: 1, task: task({ id: "b" }), log: [] }], now: "" });
  expect(city.incidents.get("INC-001")?.tasks.map((t) => t.id)).toEqual(["a", "b"]);
  say("shut", { ...nothing, tasks: ["INC-001/b"] });
  expect(city.incidents.get("INC-001")?.tasks.map((t) => t.id)).toEqual(["a"]);
  city.put({ alert: alert({ id: "AL-0001", version: 2, state: "closed" }) });
  say("gone", { ...nothing, alerts: ["AL-0001"] });
  expect(city.alerts.get("AL-0001")?.state).toBe("closed");
  say("shut", { ...nothing, alerts: ["AL-0001"], incidents: ["INC-001"] });
  expect([city.alerts.size, city.incidents.size]).toEqual([0, 0]);
  city.close();
});
