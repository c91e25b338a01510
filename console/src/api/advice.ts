/** What advisors answer: consultations of an incident, what-ifs, saved plans; and the spaces they plan on. */
import { call, file } from "./http";
import type { components } from "./schema";
import type { Page } from "./types";

type Of<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Consultation = Of<"Consultation">;
export type OfferedPlan = Of<"OfferedPlan">;
export type SpaceCard = Of<"SpaceCard">;
export type Way = Of<"Way">;
export type Zone = Of<"Zone">;
export type Space = Of<"Space">;
export type KeptSpace = Of<"KeptSpace">;
export type SpaceVersion = Of<"SpaceVersion">;
export type Defect = Of<"Defect">;
type Place = [number, number];
export type Geometry =
  | { type: "Point"; coordinates: Place }
  | { type: "LineString"; coordinates: Place[] }
  | { type: "Polygon"; coordinates: Place[][] }
  | { type: "MultiPolygon"; coordinates: Place[][][] };
export type Level = "A" | "B" | "C" | "D" | "E" | "F";
interface Worst { cell: number; place: string; at_s: number; per_m2: number; level: Level }
export interface Forecast { compliance_share: number; p10_s: number; p50_s: number; p90_s: number; caught_share: number }
export interface Measure { kind: "open" | "lose" | "steward"; id: string; name: string; saves_s: number; words: string; place: Geometry | null }
/** A narrow passage inside the space; `queue`: the most who wait at it at a time. */
export interface Choke { id: string; line: Geometry; width_m: number; capacity_per_min: number; people: number; queue: number }
export interface Instruction { zone: string; name: string; people: number; parts: [string, number][]; words: Record<string, string> }
export interface ExitUse { id: string; name: string; kind: string; state: "open" | "shut" | "threatened"; line: Geometry; width_m: number; capacity_per_min: number; people: number; people_nearest: number; last_s: number; per_min: number[]; shut_s: number | null }
/** The `plan` of an advice of the evacuation tool (its `answer.py`). Seconds count from the start. */
export interface EvacuationPlan {
  space: string;
  name: string;
  people: number;
  clearing_s: number;
  gap: number;
  bound: { seconds: number; words: string };
  times_s: number[];
  zones: { id: string; name: string; geometry: Geometry; people: number; stuck: number }[];
  flows: { zone: string; exit: string; people: number; share: number; route: Geometry; last_s: number; exposed: boolean }[];
  exits: ExitUse[];
  chokes: Choke[];
  baseline: { clearing_s: number; worst: Worst | null };
  forecasts: Forecast[];
  density: { times_s: number[]; cells: Geometry[]; per_m2: number[][]; worst: Worst } | null;
  measures: Measure[];
  instructions: Instruction[];
  hazards: { at_s: number; geometry: Geometry }[];
  stuck: { zone: string; name: string; people: number; why: string }[];
  exposed_people: number;
  finished: boolean;
  warnings: string[];
}
export interface Advice extends Omit<Of<"Advice">, "plan"> {
  plan: EvacuationPlan;
}
/** What people must not come near; see `request.py` of the evacuation tool. */
export interface Threat { kind: "area" | "path" | "vehicle" | "plume"; place: Geometry; name?: string; radius_m?: number; spread_mps?: number; speed_mps?: number; from_s?: number; until_s?: number | null }
/** What the evacuation tool is asked; see its guide. */
export interface Asked {
  space: string;
  crowd?: number;
  /** people by zone id */
  zones?: Record<string, number>;
  close: string[];
  open: string[];
  /** clear width, m, by the id of a way */
  widen_m?: Record<string, number>;
  threats: Threat[];
  wheelchairs_share?: number;
  compliance_share?: number;
  /** `plan`: without densities and measures, in half the time */
  detail?: "plan" | "full";
}

export const TOOL = "evacuation";
const of = (id: string): string => `/advice/${encodeURIComponent(id)}`;
export const advice = {
  ofIncident: (incident: string) => call<Page<Consultation>>("GET", `/incidents/${encodeURIComponent(incident)}/advice`),
  /** Without `threats` the request has those of the incident. `key`: sent twice, asked once. */
  ask: (incident: string, request: Omit<Asked, "threats">, reason: string, key: string) => call<Consultation>("POST", `/incidents/${encodeURIComponent(incident)}/advice`, { body: { tool: TOOL, request, reason, key } }),
  answer: (id: string) => call<Advice>("GET", `${of(id)}/answer`),
  accept: (id: string, version: number) => call<Consultation>("POST", `${of(id)}/accept`, { body: { version } }),
  decline: (id: string, version: number, reason: string) => call<Consultation>("POST", `${of(id)}/decline`, { body: { version, reason } }),
  withdraw: (id: string, version: number) => call<Consultation>("POST", `${of(id)}/withdraw`, { body: { version } }),
  whatIf: (request: Asked, signal: AbortSignal) => call<Advice>("POST", "/what-if", { body: { tool: TOOL, request }, signal }),
  plans: (asked: { space?: string; incident?: string }) => call<Page<OfferedPlan>>("GET", "/plans", { query: asked }),
  plan: (id: string) => call<{ saved: OfferedPlan["saved"]; advice: Advice }>("GET", `/plans/${encodeURIComponent(id)}`),
  save: (name: string, request: Asked) => call<unknown>("POST", "/plans", { body: { name, tool: TOOL, request } }),
  drop: (id: string) => call<unknown>("DELETE", `/plans/${encodeURIComponent(id)}`),
};
export const spaces = {
  /** `near`: those within 300 m, the closest first */
  list: (near?: { lon: number; lat: number }) => call<Page<SpaceCard>>("GET", "/spaces", { query: { near: near && `${near.lon},${near.lat}` } }),
  get: (id: string, version: number | null = null) => call<KeptSpace>("GET", `/spaces/${encodeURIComponent(id)}`, { query: { version } }),
  versions: (id: string) => call<Page<SpaceVersion>>("GET", `/spaces/${encodeURIComponent(id)}/versions`),
  check: (space: Space, signal: AbortSignal) => call<Of<"ReadSpace">>("POST", "/spaces/check", { body: { space }, signal }),
  putAway: (id: string, version: number) => call<KeptSpace>("DELETE", `/spaces/${encodeURIComponent(id)}`, { query: { version } }),
  taken: (id: string, format: "geojson" | "wkt") => file("GET", `/spaces/${encodeURIComponent(id)}/${format}`),
  read: (format: "geojson" | "wkt", text: string, anchor: Place | null, name: string) => call<Of<"ReadSpace">>("POST", "/spaces/read", { body: { format, text, name, ...(anchor ? { anchor } : {}) } }),
  keep: (space: Space, version: number | null) => call<KeptSpace>("PUT", `/spaces/${encodeURIComponent(space.id)}`, { body: { space, version } }),
};
