import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Status } from "../api/types";
import { alert, incident, sharing as shared, task } from "../testing/make";

const sent: { method: string; path: string; body: unknown }[] = [];
let answer: (path: string) => Response = () => new Response("{}");
const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });

beforeEach(() => {
  sent.length = 0;
  vi.resetModules();
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    sent.push({ method: init.method ?? "", path, body: init.body === undefined ? undefined : JSON.parse(String(init.body)) });
    return Promise.resolve(answer(path));
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("steps", () => {
  it("two rooms may tick at once; undo says which act was looked at", async () => {
    const { moveTask } = await import("./moves");
    const { city } = await import("./city.svelte");
    answer = () => json(incident({ version: 8 }));
    await moveTask(incident({ version: 7 }), task(), "tick", { item: 0, ticked: true });
    const mark = (at: string) => ({ by: "kim", at, reason: null });
    const ticked = task({ started: mark("2026-11-23T10:00:00Z"), checklist: [{ words: "Seen", ticked: mark("2026-11-23T10:01:00Z") }, { words: "Told", ticked: null }] });
    await moveTask(incident({ version: 7 }), ticked, "undo", { reason: "not finished" });
    expect(sent).toEqual([
      { method: "POST", path: "/api/v1/incidents/INC-001/tasks/surge.look/tick", body: { item: 0, ticked: true } },
      { method: "POST", path: "/api/v1/incidents/INC-001/tasks/surge.look/undo", body: { done_at: "2026-11-23T10:01:00Z", reason: "not finished" } },
    ]);
    expect(city.incidents.get("INC-001")?.version).toBe(8);
  });

  it("a refusal is kept to be shown", async () => {
    const { moveTask } = await import("./moves");
    const { commands } = await import("./commands.svelte");
    answer = () => json({ type: "about:blank", title: "Forbidden", status: 403, detail: "Open ways out is for the role supervisor" }, 403);
    expect(await moveTask(incident(), task(), "done")).toBeNull();
    expect(commands.problem?.problem.message).toContain("role supervisor");
    expect(commands.busy).toBe(false);
  });
});

describe("several at once", () => {
  it("sends what was ticked with its version, names what failed and keeps that ticked", async () => {
    const { picks } = await import("./picks.svelte");
    const { city } = await import("./city.svelte");
    const { commands } = await import("./commands.svelte");
    city.put({ alert: alert({ id: "AL-0001", version: 3 }) });
    city.put({ alert: alert({ id: "AL-0002", version: 5 }) });
    picks.toggle("AL-0001");
    picks.toggle("AL-0002");
    answer = () => json({ done: [{ id: "AL-0001", version: 4 }], failed: [{ id: "AL-0002", type: "conflict", detail: "it moved on", field: null, value: null, cure: "look again" }] });
    await picks.act("acknowledge");
    expect(sent[0]).toEqual({ method: "POST", path: "/api/v1/bulk/acknowledge", body: { items: [{ id: "AL-0001", version: 3 }, { id: "AL-0002", version: 5 }] } });
    expect(picks.result).toEqual({ act: "acknowledge", done: ["AL-0001"], failed: [{ id: "AL-0002", why: "it moved on", cure: "look again" }] });
    expect(picks.ids).toEqual(["AL-0002"]);
    expect(commands.last("AL-0001")?.undo).toBe("unacknowledge");

    answer = () => json(alert({ id: "AL-0001", version: 5 }));
    await picks.undo();
    expect(sent[1]?.path).toBe("/api/v1/alerts/AL-0001/unacknowledge");
    expect(picks.result).toEqual({ act: "undo", done: ["AL-0001"], failed: [] });
    expect(commands.last("AL-0001")).toBeNull();
  });

  it("what cannot be undone is named", async () => {
    const { picks } = await import("./picks.svelte");
    picks.toggle("AL-0001");
    answer = () => json({ done: [{ id: "AL-0001", version: 4 }], failed: [] });
    await picks.act("close", "gone home");
    expect(sent[0]?.body).toEqual({ items: [{ id: "AL-0001" }], words: "gone home" });
    answer = () => json({ type: "about:blank", title: "Conflict", status: 409, detail: "open already", cure: "look again" }, 409);
    await picks.undo();
    expect(picks.result).toEqual({ act: "undo", done: [], failed: [{ id: "AL-0001", why: "open already", cure: "look again" }] });
  });
});

describe("sharing, as agreed with the server", () => {
  it("says level, rooms, reason and the version looked at", async () => {
    const { sharing, requests } = await import("../api/sharing");
    answer = () => json(incident({ sharing: shared({ room: "police" }) }));
    await sharing.share("incidents", "INC-001", { level: "named rooms", rooms: ["it"], reason: "cameras", version: 4 });
    await sharing.offer("alerts", "AL-0001", "it", "yours", 2);
    await sharing.take("incidents", "INC-001", 4);
    await sharing.decline("incidents", "INC-001", "busy", 4);
    await sharing.task("INC-001", "surge.look", { level: null, rooms: [], reason: "as before", version: 4 });
    await requests.ask("incident", "INC-002", "our cameras");
    await requests.grant("7", "");
    await requests.refuse("7", "not yours");
    expect(sent.map((s) => `${s.method} ${s.path} ${JSON.stringify(s.body)}`)).toEqual([
      'POST /api/v1/incidents/INC-001/share {"level":"named rooms","rooms":["it"],"reason":"cameras","version":4}',
      'POST /api/v1/alerts/AL-0001/hand-over {"to":"it","reason":"yours","version":2}',
      'POST /api/v1/incidents/INC-001/take-over {"version":4}',
      'POST /api/v1/incidents/INC-001/decline {"reason":"busy","version":4}',
      'POST /api/v1/incidents/INC-001/tasks/surge.look/share {"level":null,"rooms":[],"reason":"as before","version":4}',
      'POST /api/v1/access-requests {"kind":"incident","id":"INC-002","reason":"our cameras"}',
      "POST /api/v1/access-requests/7/grant {}",
      'POST /api/v1/access-requests/7/refuse {"reason":"not yours"}',
    ]);
  });

  it("an alert that is not in the picture is over, or closed to this room", async () => {
    const { closed } = await import("./closed.svelte");
    const { city } = await import("./city.svelte");
    answer = (path) => (path.endsWith("AL-0001") ? json({ type: "about:blank", title: "Forbidden", status: 403, detail: "closed" }, 403) : path.endsWith("AL-0002") ? json({ title: "Not found", status: 404, detail: "" }, 404) : json(alert({ id: "AL-0003", state: "closed" })));
    closed.look(["AL-0001", "AL-0002", "AL-0003"]);
    expect(closed.why("AL-0001")).toBe("asking");
    await vi.waitFor(() => expect(closed.why("AL-0003")).toBe("known"));
    expect([closed.why("AL-0001"), closed.why("AL-0002")]).toEqual(["closed to us", "gone"]);
    expect(city.alerts.get("AL-0003")?.state).toBe("closed");
    closed.look(["AL-0001"]);
    expect(sent).toHaveLength(3);
    closed.forget("AL-0001");
    closed.look(["AL-0001"]);
    expect(sent).toHaveLength(4);
  });

  it("requests for this room are those about what it owns, or what nobody owns and another asks for", async () => {
    const { requests } = await import("./requests.svelte");
    const { city } = await import("./city.svelte");
    const { session } = await import("./session.svelte");
    session.who = { user: { name: "ann", roles: ["operator"], permissions: ["see", "act"], organisation: "police", seats: [], language: null }, csrf: "", expires_at: "", languages: [] };
    const one = { version: 1, kind: "incident" as const, object: "INC-001", by: "finn", at: "2026-11-21T16:00:00Z", reason: "x", state: "open" as const, decided: null };
    city.lay({
      entities: [], alerts: [], incidents: [], tasks: [], advice: [], status: {} as Status, now: "",
      requests: [{ ...one, id: "1", room: "it", owner: "police" }, { ...one, id: "2", room: "police", owner: "it" }, { ...one, id: "3", room: "it", owner: "" }, { ...one, id: "4", room: "it", owner: "police", state: "granted" }],
    });
    expect(requests.mine.map((r) => r.id)).toEqual(["1", "3"]);
    expect(requests.asked.map((r) => r.id)).toEqual(["2"]);
  });
});
