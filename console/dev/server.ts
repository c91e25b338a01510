/** `npm run city`: the API of the made-up evening, and the built console beside it. For development only. */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { alerts as makeAlerts, incidents as makeIncidents } from "./alerts.ts";
import { all, iso, series, some, START } from "./city.ts";
import { quarantine, status } from "./house.ts";

type Json = Record<string, unknown>;
const PORT = Number(process.env.PORT ?? 8765);
const DIST = fileURLToPath(new URL("../../src/tocsin/console_dist", import.meta.url));
const alerts = makeAlerts();
const incidents = makeIncidents();
const events = new Map<string, Json[]>();
const clients = new Set<ServerResponse>();
let frozen = false;

const send = (to: ServerResponse, code: number, body: unknown): void => {
  to.writeHead(code, { "content-type": code < 400 ? "application/json" : "application/problem+json" });
  to.end(JSON.stringify(body));
};
const page = (items: unknown[]): Json => ({ items, next: null });
let seq = 0;
const emit = (to: ServerResponse, name: string, data: unknown): void => void to.write(`id: dev-${++seq}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
const tell = (change: Json): void => {
  if (!frozen) for (const c of clients) emit(c, "change", { entities: [], alerts: [], incidents: [], now: iso(Date.now()), ...change });
};
const body = async (from: IncomingMessage): Promise<Json> => {
  let text = "";
  for await (const part of from) text += String(part);
  return text ? (JSON.parse(text) as Json) : {};
};
const signedIn = { user: { name: "operator", roles: ["operator"], permissions: ["read", "act"] }, csrf: "dev", expires_at: iso(START + 8e7) };

const SETS: Record<string, (a: Json, said: Json) => Json> = {
  acknowledge: (a, m) => ({ ...a, state: "acknowledged", acknowledged: m }),
  unacknowledge: (a) => ({ ...a, state: "new", acknowledged: null }),
  confirm: (a, m) => ({ ...a, state: "confirmed", confirmed: m, acknowledged: a.acknowledged ?? m }),
  reject: (a, m) => ({ ...a, state: "rejected", rejected: m }),
  reopen: (a) => ({ ...a, state: "acknowledged", confirmed: null, rejected: null, closed: null }),
  shelve: (a, m) => ({ ...a, shelved: { ...m, until: m.until } }),
  unshelve: (a) => ({ ...a, shelved: null }),
  close: (a, m) => ({ ...a, state: "closed", closed: m }),
};
const PAST: Record<string, string> = { acknowledge: "acknowledged", unacknowledge: "unacknowledged", confirm: "confirmed", reject: "rejected", reopen: "reopened", shelve: "shelved", unshelve: "unshelved", close: "closed" };

function command(id: string, act: string, said: Json): Json | null {
  const a = alerts.get(id);
  const set = SETS[act];
  if (!a || !set) return null;
  const mark = { by: "operator", at: iso(Date.now()), reason: said.reason ?? null, until: said.until };
  const next = { ...set(a, mark), version: Number(a.version) + 1, updated_at: iso(Date.now()) };
  alerts.set(id, next);
  events.set(id, [...(events.get(id) ?? []), { act: PAST[act], by: "operator", at: iso(Date.now()), alert: next, reason: said.reason ?? null }]);
  tell({ alerts: [next] });
  return next;
}
function incident(id: string, change: (i: Json) => Json, words: string, act: string): Json {
  const old = incidents.get(id) ?? {};
  const log = (old.log as Json[] | undefined) ?? [];
  const next = { ...change(old), version: Number(old.version ?? 0) + 1, log: [...log, { seq: log.length + 1, act, by: "operator", at: iso(Date.now()), words }] };
  incidents.set(id, next);
  const joined = (next as Json).alerts as string[];
  const moved = [...alerts.values()].filter((a) => joined.includes(String(a.id)) !== (a.incident === id)).map((a) => ({ ...a, version: Number(a.version) + 1, incident: joined.includes(String(a.id)) ? id : null }));
  for (const a of moved) alerts.set(String((a as Json).id), a);
  tell({ incidents: [next], alerts: moved });
  return next;
}

async function api(path: string, ask: URL, from: IncomingMessage, to: ServerResponse): Promise<void> {
  const said = from.method === "GET" ? {} : await body(from);
  const [what = "", id = "", act = "", more = ""] = path.split("/").filter(Boolean).map(decodeURIComponent);
  if (what === "session") return from.method === "DELETE" ? send(to, 200, {}) : send(to, said.password === "wrong" ? 401 : 200, said.password === "wrong" ? { title: "no", status: 401 } : signedIn);
  if (what === "live") {
    to.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    emit(to, "snapshot", { entities: all(Date.now()), alerts: [...alerts.values()].filter((a) => a.state !== "closed"), incidents: [...incidents.values()], tasks: [], requests: [], status: status(), now: iso(Date.now()) });
    clients.add(to);
    return void from.on("close", () => clients.delete(to));
  }
  if (what === "freeze") return send(to, 200, { frozen: (frozen = !frozen) });
  if (what === "status") return send(to, 200, status());
  if (what === "tools") return send(to, 200, page((status().tools as Json[])));
  if (what === "quarantine") return id ? send(to, 202, {}) : send(to, 200, page(quarantine()));
  if (what === "history" && id === "series") {
    const read = series(ask.searchParams.get("entity") ?? "", ask.searchParams.get("attribute") ?? "", Date.parse(ask.searchParams.get("start") ?? ""), Date.parse(ask.searchParams.get("end") ?? ""), 5000);
    return send(to, 200, page(read.map((p) => ({ at: p.observed_at, mean: p.value, low: Number(p.value) * 0.93, high: Number(p.value) * 1.06, readings: 60 }))));
  }
  if (what === "history") return send(to, 200, page(series(ask.searchParams.get("entity") ?? "", ask.searchParams.get("attribute") ?? "", Date.parse(ask.searchParams.get("start") ?? ""), Date.parse(ask.searchParams.get("end") ?? ""), 5000)));
  if (what === "entities" && id) return send(to, 200, all(Date.now()).find((e) => e.id === id));
  if (what === "alerts" && act === "events") return send(to, 200, page([{ act: "raised", by: "alerts", at: alerts.get(id)?.raised_at, alert: { version: 1 }, reason: null }, ...(events.get(id) ?? [])]));
  if (what === "alerts" && act) {
    const next = command(id, act, said);
    return next ? send(to, 200, next) : send(to, 404, { title: "no such alert", status: 404, detail: id });
  }
  if (what === "alerts") {
    const at = Date.parse(ask.searchParams.get("at") ?? "") || Infinity;
    return send(to, 200, page([...alerts.values()].filter((a) => Date.parse(String(a.raised_at)) <= at)));
  }
  if (what === "incidents" && !id && from.method === "POST") {
    const made = `INC-0${14 + incidents.size}`;
    return send(to, 200, incident(made, () => ({ id: made, state: "open", kind: "incident", title: said.title, severity: "high", owner: "operator", alerts: said.alerts, place: null, opened_at: iso(Date.now()), updated_at: iso(Date.now()), disposition: null }), `Opened with ${(said.alerts as string[]).join(", ")}`, "opened"));
  }
  if (what === "incidents" && act) {
    const now = iso(Date.now());
    if (act === "notes") return send(to, 200, incident(id, (i) => i, String(said.words), "noted"));
    if (act === "close") return send(to, 200, incident(id, (i) => ({ ...i, state: "closed", disposition: { outcome: said.outcome, words: said.words, by: "operator", at: now } }), String(said.words), "closed"));
    if (act === "reopen") return send(to, 200, incident(id, (i) => ({ ...i, state: "open", disposition: null }), String(said.reason), "reopened"));
    if (from.method === "DELETE") return send(to, 200, incident(id, (i) => ({ ...i, alerts: (i.alerts as string[]).filter((a) => a !== more) }), more, "alert removed"));
    return send(to, 200, incident(id, (i) => ({ ...i, alerts: [...(i.alerts as string[]), ...(said.alerts as string[])] }), (said.alerts as string[]).join(", "), "alert added"));
  }
  if (what === "incidents") return send(to, 200, page([...incidents.values()]));
  send(to, 404, { title: "not here", status: 404, detail: path });
}

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".pmtiles": "application/octet-stream" };
function file(path: string, from: IncomingMessage, to: ServerResponse): void {
  const asked = join(DIST, path);
  const real = asked.startsWith(DIST) && existsSync(asked) && statSync(asked).isFile() ? asked : join(DIST, "index.html");
  const size = statSync(real).size;
  const head: Record<string, string> = { "content-type": TYPES[extname(real)] ?? "application/octet-stream", "accept-ranges": "bytes", "content-security-policy": "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; style-src 'self'" };
  const range = /^bytes=(\d+)-(\d*)$/.exec(from.headers.range ?? "");
  if (!range) return void createReadStream(real).pipe(to.writeHead(200, { ...head, "content-length": String(size) }));
  const [start, end] = [Number(range[1]), Math.min(range[2] ? Number(range[2]) : size - 1, size - 1)];
  createReadStream(real, { start, end }).pipe(to.writeHead(206, { ...head, "content-length": String(end - start + 1), "content-range": `bytes ${start}-${end}/${size}` }));
}

let turn = 0;
setInterval(() => tell({ entities: some(Date.now(), turn++) }), 1000).unref();
setInterval(() => {
  if (!frozen) for (const c of clients) emit(c, "beat", { now: iso(Date.now()) });
}, 500).unref();

createServer((from, to) => {
  const ask = new URL(from.url ?? "/", "http://dev");
  if (ask.pathname.startsWith("/api/v1/")) void api(ask.pathname.slice(8), ask, from, to);
  else file(ask.pathname, from, to);
}).listen(PORT, "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${PORT}\n`));
