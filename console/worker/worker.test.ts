import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { shellOf } from "./plugin.ts";

type Shown = [string, { body: string; data: { link: string } }];
type Listener = (event: Record<string, unknown>) => void;
const SHELL = ["/index.html", "/assets/index-abc.js"];

/** The worker as it is built, in a scope of its own: caches as maps, a network that answers "net <path>". */
function worker(build = "b1"): { on: Record<string, Listener>; caches: Map<string, Map<string, string>>; shown: Shown[]; opened: string[]; fetched: string[] } {
  const on: Record<string, Listener> = {};
  const stored = new Map<string, Map<string, string>>();
  const [shown, opened, fetched]: [Shown[], string[], string[]] = [[], [], []];
  const pathOf = (asked: { url: string } | string): string => new URL(typeof asked === "string" ? asked : asked.url, "https://city.example").pathname;
  const cache = (name: string) => {
    const rows = stored.get(name) ?? stored.set(name, new Map()).get(name) ?? new Map<string, string>();
    return { addAll: async (all: { url: string }[]) => all.forEach((one) => rows.set(pathOf(one), `${build} ${pathOf(one)}`)), add: async (path: string) => void rows.set(path, build), match: async (path: string) => rows.get(path) };
  };
  const self = {
    addEventListener: (name: string, listener: Listener) => void (on[name] = listener),
    registration: { showNotification: async (...all: Shown) => void shown.push(all) },
    clients: { claim: async () => undefined, matchAll: async () => [], openWindow: async (link: string) => void opened.push(link) },
  };
  class Request {
    readonly url: string;
    constructor(url: string) {
      this.url = url;
    }
  }
  const source = readFileSync(new URL("sw.js", import.meta.url), "utf8").replace("__BUILD__", build).replace('["__SHELL__"]', JSON.stringify(SHELL));
  runInNewContext(source, { self, Request, Response, URL, location: { origin: "https://city.example" }, caches: { open: async (name: string) => cache(name), keys: async () => [...stored.keys()], delete: async (name: string) => stored.delete(name) }, fetch: async (asked: { url: string }) => (fetched.push(pathOf(asked)), `net ${pathOf(asked)}`) });
  return { on, caches: stored, shown, opened, fetched };
}
async function whole(listener: Listener | undefined, event: Record<string, unknown> = {}): Promise<unknown> {
  let answer: unknown = "passed by";
  const waits: unknown[] = [];
  listener?.({ ...event, waitUntil: (one: unknown) => waits.push(one), respondWith: (one: unknown) => (answer = one) });
  await Promise.all(waits);
  return answer;
}
const ask = (path: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({ request: { url: `https://city.example${path}`, method: "GET", mode: "cors", headers: new Headers(), ...more } });

describe("the field's worker", () => {
  it("keeps the page and answers with it; a newer build takes the older one's away", async () => {
    const old = worker("b1");
    await whole(old.on.install);
    expect([...old.caches.keys()]).toEqual(["tocsin-field-b1"]);
    expect(await whole(old.on.fetch, ask("/field/INC-001/p.exit", { mode: "navigate" }))).toBe("b1 /index.html");
    expect(await whole(old.on.fetch, ask("/assets/index-abc.js"))).toBe("b1 /assets/index-abc.js");
    expect(old.fetched).toEqual([]);
    old.caches.set("tocsin-field-b0", new Map());
    old.caches.set("of somebody else", new Map());
    await whole(old.on.activate);
    expect([...old.caches.keys()]).toEqual(["tocsin-field-b1", "of somebody else"]);
  });
  it("never touches what is asked of the API, nor what is sent", async () => {
    const { on, caches } = worker();
    await whole(on.install);
    for (const event of [ask("/api/v1/field/tasks"), ask("/api/v1/field/tasks", { mode: "navigate" }), ask("/assets/index-abc.js", { method: "POST" }), ask("/map/places.geojson"), { request: { url: "https://elsewhere.example/index.html", method: "GET", mode: "cors", headers: new Headers() } }]) expect(await whole(on.fetch, event)).toBe("passed by");
    expect([...caches.values()].flatMap((rows) => [...rows.keys()])).toEqual(SHELL);
  });
  it("tells a push in bounded words, and leads nowhere but here", async () => {
    const { on, shown } = worker();
    const push = (said: unknown): Promise<unknown> => whole(on.push, { data: { json: () => said } });
    await push({ title: "Open exit 3", body: "Vilhonkatu corner", link: "/field/INC-001/p.exit" });
    await push({ title: "x".repeat(999), link: "//evil.example" });
    await push({ title: 7, link: "https://evil.example" });
    await push({ link: "/\\evil.example" });
    await whole(on.push, { data: { json: () => { throw new SyntaxError("not JSON"); } } });
    expect(shown.map(([title, { body, data }]) => [title.length > 100 ? title.length : title, body, data.link])).toEqual([["Open exit 3", "Vilhonkatu corner", "/field/INC-001/p.exit"], [180, "", "/field"], ["Tocsin", "", "/field"], ["Tocsin", "", "/field"], ["Tocsin", "", "/field"]]);
  });
  it("shows what the server sends: push.json is what Python makes", async () => {
    const { on, shown } = worker();
    for (const said of JSON.parse(readFileSync(new URL("push.json", import.meta.url), "utf8")) as object[]) await whole(on.push, { data: { json: () => said } });
    const [task, warning] = shown;
    expect(task).toEqual(["high: Look at the place", { body: "Task for your role in INC-001", data: { link: "/field/INC-001/p.exit" }, icon: "/icons/bell-192.png", badge: "/icons/bell-192.png", requireInteraction: false, tag: "64c56915d280e7d4", renotify: true }]);
    expect(warning?.[1]).toMatchObject({ data: { link: "/warning/W-0001" }, requireInteraction: true });
  });
  it("opens what a notice is about", async () => {
    const { on, opened } = worker();
    await whole(on.notificationclick, { notification: { close: () => undefined, data: { link: "/field/INC-001/p.exit" } } });
    expect(opened).toEqual(["/field/INC-001/p.exit"]);
  });
});

it("counts what a page loads: its own files and those that they import, not what comes later", () => {
  const chunk = (fileName: string, more: object = {}): { type: string } => ({ type: "chunk", fileName, imports: [], dynamicImports: [], isEntry: false, facadeModuleId: null, ...more }) as { type: string };
  const bundle = {
    "assets/index.js": chunk("assets/index.js", { isEntry: true, imports: ["assets/ui.js"], viteMetadata: { importedCss: new Set(["assets/index.css"]), importedAssets: new Set() } }),
    "assets/ui.js": chunk("assets/ui.js"),
    "assets/Field.js": chunk("assets/Field.js", { facadeModuleId: "/src/features/field/FieldPage.svelte", imports: ["assets/ui.js"] }),
    "assets/Shell.js": chunk("assets/Shell.js", { facadeModuleId: "/src/app/Shell.svelte" }),
    "assets/ibm-plex-sans-latin-400-normal-x.woff2": { type: "asset" },
    "assets/ibm-plex-sans-greek-400-normal-x.woff2": { type: "asset" },
  };
  expect(shellOf(bundle, ["features/field/FieldPage.svelte"])).toEqual(["/assets/Field.js", "/assets/ibm-plex-sans-latin-400-normal-x.woff2", "/assets/index.css", "/assets/index.js", "/assets/ui.js"]);
});
