import { beforeEach, expect, it, vi } from "vitest";
import type { SignedIn } from "../api/types";

const kept = new Map<string, string>();
const reload = vi.fn();
beforeEach(() => {
  vi.resetModules();
  kept.clear();
  reload.mockClear();
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
  vi.stubGlobal("navigator", { languages: ["en-GB"] });
  vi.stubGlobal("location", { reload });
});

type Code = "en" | "it" | "nb" | "pt";
const who = (language: Code | null, languages: Code[] = []): SignedIn => ({ user: { name: "kari", roles: [], permissions: [], organisation: "police", seats: [], language }, csrf: "", expires_at: "", languages });

it("one's own language before the city's, the city's before the browser's", async () => {
  const { asked } = await import("./speech");
  expect([asked(who("nb", ["it"])), asked(who(null, ["it", "en"])), asked(who(null))]).toEqual(["nb", "it", null]);
});

it("opens the page anew in another language, once", async () => {
  const { greet } = await import("./speech");
  await greet(who("nb"));
  expect(reload).toHaveBeenCalledTimes(1);
  vi.resetModules();
  await (await import("./speech")).greet(who("nb"));
  expect(reload).toHaveBeenCalledTimes(1);
});

it("never reloads for ever where the browser keeps nothing", async () => {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => { throw new DOMException("full"); } });
  const { greet } = await import("./speech");
  await greet(who("nb"));
  expect(reload).not.toHaveBeenCalled();
});

it("what was chosen at the door is stored with whoever signs in, and is then theirs", async () => {
  const sent: string[] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    sent.push(`${init.method ?? ""} ${path} ${String(init.body)}`);
    return Promise.resolve(new Response(JSON.stringify(who("pt"))));
  });
  const { chooseHere, greet } = await import("./speech");
  chooseHere("pt");
  expect(reload).toHaveBeenCalledTimes(1);
  expect((await greet(who("nb"))).user.language).toBe("pt");
  expect(sent).toEqual(['PUT /api/v1/session/language {"language":"pt"}']);
  expect(JSON.parse(kept.get("tocsin.language") ?? "")).toEqual({ language: "pt", unsaved: false });
});

it("the city's first language is for a browser that asks for none of ours", async () => {
  const { followCity } = await import("./speech");
  followCity(["nb"]);
  expect(reload).not.toHaveBeenCalled();
  vi.stubGlobal("navigator", { languages: ["fi-FI"] });
  followCity(["nb"]);
  expect(reload).toHaveBeenCalledTimes(1);
});
