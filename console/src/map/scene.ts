/** What a map shows, as values: worked out from entities and alerts, drawn by the layers. Pure. */
import type { Alert, EntityState, Severity } from "../api/types";
import { localId } from "../ui/text";
import { metres } from "./geo";
import type { PlanMark } from "./plan";
import type { Shapes } from "./shapes";

export interface Cell { id: string; lon: number; lat: number; sideM: number; perM2: number | null }
export interface Exit { id: string; no: string; lon: number; lat: number; words: string; state: "open" | "held" | "shut" | "jam" }
export interface Camera { id: string; lon: number; lat: number; dark: boolean; used: boolean; bearing: number | null }
export interface Sensor { id: string; lon: number; lat: number; letter: string; shape: "hex" | "disc"; severity: Severity | null; silent: boolean }
export interface AlertMark {
  id: string; lon: number; lat: number; radiusM: number; severity: Severity; acked: boolean; rank: number | null; selected: boolean; title: string; sub: string;
  /** how many marks stand at the same place before this one */
  stacked: number;
  /** the way out it stands at, whose tag must stay readable */
  exit: string | null;
}
export interface Scene { shapes: Shapes; cells: Cell[]; exits: Exit[]; cameras: Camera[]; sensors: Sensor[]; alerts: AlertMark[]; plan?: PlanMark }

export const number = (state: EntityState, name: string): number | null => {
  const value = state.attributes[name]?.value;
  return typeof value === "number" ? value : null;
};
const word = (state: EntityState, name: string): string => {
  const value = state.attributes[name]?.value;
  return typeof value === "string" ? value : "";
};

export const isExit = (e: EntityState): boolean => e.type === "ItemFlowObserved" && ("exitNumber" in e.attributes || "outflow" in e.attributes);
export const isCell = (e: EntityState): boolean => e.type === "CrowdFlowObserved" && "area" in e.attributes;

export function density(e: EntityState): number | null {
  const [people, area] = [number(e, "peopleCount"), number(e, "area")];
  return people === null || !area ? null : people / area;
}

/** Which step of the ramp: 0 below 0.4 people/m², 5 from 3 and 6 from 4, where it takes a colour. */
export const RAMP = [0.4, 0.8, 1.4, 2, 3, 4] as const;
export const rampStep = (perM2: number | null): number => (perM2 === null ? 0 : RAMP.filter((limit) => perM2 >= limit).length);

export interface Words { held: string; shut: string; jam: string; letters: Record<string, string>; letterElse: string }

/** What a map about its alerts and its plan is fitted to: them, and what of the city lies so near that it matters. */
export function frame(scene: Scene, withinM = 250): { lon: number; lat: number }[] {
  const about = [...scene.alerts, ...(scene.plan?.exits ?? [])];
  return [...about, ...[...scene.cells, ...scene.exits].filter((one) => about.some((place) => metres(place, one) <= withinM))];
}

/** The gravest open alert of each entity. */
export function alarmed(alerts: Iterable<Alert>): Map<string, Severity> {
  const order: Severity[] = ["low", "medium", "high", "critical"];
  const out = new Map<string, Severity>();
  for (const a of alerts) {
    if (a.state === "closed" || a.state === "rejected" || a.suppressed || a.shelved || a.out_of_service) continue;
    for (const id of a.entities) if (order.indexOf(a.severity) > order.indexOf(out.get(id) ?? "low") || !out.has(id)) out.set(id, a.severity);
  }
  return out;
}

export function scene(entities: Iterable<EntityState>, alerts: readonly { alert: Alert; rank: number | null }[], selected: Alert | null, say: { title: (a: Alert) => string; sub: (a: Alert) => string }, words: Words, silentBefore: number, shapes: Shapes): Scene {
  const out: Scene = { shapes, cells: [], exits: [], cameras: [], sensors: [], alerts: [] };
  const severities = alarmed(alerts.map((a) => a.alert));
  const jams = new Set(alerts.filter((a) => a.alert.active && /jam|exit|outflow/.test(a.alert.kind) && a.alert.finding.fault_probability < 0.5).flatMap((a) => a.alert.entities));
  const evidence = new Set(selected?.finding.evidence.map((e) => e.entity));
  const places = new Map<string, { lon: number; lat: number }>();
  for (const e of entities) {
    if (e.lon === null || e.lat === null) continue;
    const at = { id: e.id, lon: e.lon, lat: e.lat };
    places.set(e.id, at);
    if (isCell(e)) out.cells.push({ ...at, sideM: Math.sqrt(number(e, "area") ?? 0), perM2: density(e) });
    else if (isExit(e)) {
      const state = word(e, "state");
      const shown = state === "held" || state === "shut" ? state : jams.has(e.id) ? "jam" : "open";
      const rate = number(e, "outflow");
      const figure = rate === null ? "–" : String(Math.round(rate));
      out.exits.push({ ...at, no: String(number(e, "exitNumber") ?? localId(e.id).replace(/^\D*0*/, "")), state: shown, words: shown === "open" ? figure : shown === "jam" ? `${figure} ${words.jam}` : words[shown] });
    } else if (e.type === "Camera") out.cameras.push({ ...at, dark: word(e, "status") === "dark", used: evidence.has(e.id), bearing: number(e, "bearing") ?? number(e, "direction") });
    else out.sensors.push({ ...at, letter: words.letters[e.type] ?? words.letterElse, shape: e.type === "ItemFlowObserved" ? "disc" : "hex", severity: severities.get(e.id) ?? null, silent: Date.parse(e.observed_at) < silentBefore });
  }
  const stacks = new Map<string, number>();
  const exits = new Map(out.exits.map((e) => [`${e.lon.toFixed(4)} ${e.lat.toFixed(4)}`, e.id]));
  for (const { alert, rank } of alerts) {
    const at = alert.place ?? places.get(alert.entities[0] ?? "");
    if (!at) continue;
    const spot = `${at.lon.toFixed(4)} ${at.lat.toFixed(4)}`;
    const stacked = stacks.get(spot) ?? 0;
    stacks.set(spot, stacked + 1);
    out.alerts.push({ id: alert.id, lon: at.lon, lat: at.lat, radiusM: alert.place?.radius_m ?? 0, severity: alert.severity, acked: alert.state !== "new", rank, selected: alert.id === selected?.id, title: say.title(alert), sub: say.sub(alert), stacked, exit: exits.get(spot) ?? null });
  }
  return out;
}
