import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { alert, iso, T0 } from "../testing/make";

const sent: { path: string; body: unknown }[] = [];
let answer: () => Response = () => new Response("{}");

beforeEach(() => {
  sent.length = 0;
  vi.resetModules();
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    sent.push({ path, body: JSON.parse(String(init.body)) });
    return Promise.resolve(answer());
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("commands", () => {
  it("send the version that was looked at, and can be undone", async () => {
    const { commands } = await import("./commands.svelte");
    answer = () => new Response(JSON.stringify(alert({ version: 3, state: "acknowledged" })));
    await commands.alert(alert({ version: 2 }), "acknowledge");
    expect(sent[0]).toEqual({ path: "/api/v1/alerts/AL-0001/acknowledge", body: { version: 2 } });
    const last = commands.last("AL-0001");
    expect(last?.undo).toBe("unacknowledge");
    answer = () => new Response(JSON.stringify(alert({ version: 4 })));
    if (last) await commands.undo(last);
    expect(sent[1]?.path).toBe("/api/v1/alerts/AL-0001/unacknowledge");
    expect(commands.last()).toBeNull();
  });

  it("a refusal is kept to be shown, and nothing is offered to undo", async () => {
    const { commands } = await import("./commands.svelte");
    answer = () => new Response(JSON.stringify({ type: "about:blank", title: "Conflict", status: 409, detail: "it moved on" }), { status: 409 });
    expect(await commands.alert(alert(), "confirm")).toBeNull();
    expect(commands.problem?.problem.status).toBe(409);
    expect(commands.problem?.problem.message).toBe("it moved on");
    expect(commands.last()).toBeNull();
  });

  it("offers what the state allows", async () => {
    const { allowed } = await import("./commands.svelte");
    const may = (more: Parameters<typeof alert>[0]) => [...allowed(alert(more))].sort().join(" ");
    expect(may({})).toBe("acknowledge confirm reject shelve");
    expect(may({ state: "acknowledged" })).toBe("close confirm reject shelve unacknowledge");
    expect(may({ state: "confirmed" })).toBe("close reopen shelve");
    expect(may({ state: "closed" })).toBe("reopen");
    expect(may({ shelved: { by: "x", at: iso(T0), until: iso(T0), reason: "", once: false } })).toBe("acknowledge confirm reject unshelve");
  });
});
