/** What travels: the kernel's own structs, as JSON. Times are ISO strings with a zone. */
export type Value = number | string | boolean | null;
export type Severity = "low" | "medium" | "high" | "critical";
export type AlertState = "new" | "acknowledged" | "confirmed" | "rejected" | "closed";
export type AlertAction =
  "acknowledge" | "unacknowledge" | "confirm" | "reject" | "reopen" | "shelve" | "unshelve" | "close";

export interface Place {
  lon: number;
  lat: number;
  radius_m: number;
  name: string | null;
}
export interface Rule {
  id: string;
  words: string;
}
export interface Mark {
  by: string;
  at: string;
  reason: string | null;
}
export interface Shelf {
  by: string;
  at: string;
  until: string;
  reason: string;
}
export interface Expected {
  low: number;
  mid: number;
  high: number;
}
export interface Evidence {
  observation: string;
  entity: string;
  attribute: string;
  value: Value;
  unit: string | null;
  observed_at: string;
}
export interface TracePoint {
  at: string;
  seen: number | null;
  low: number;
  high: number;
}
export interface Neighbour {
  entity: string;
  agrees: boolean;
  words: string;
}
export interface Finding {
  id: string;
  version: number;
  tool: string;
  tool_version: string;
  kind: string;
  phase: "started" | "ongoing" | "ended";
  entities: string[];
  onset: string;
  observed_at: string;
  headline: string;
  words: string;
  score: number;
  score_means: string;
  severity: Severity;
  fault_probability: number;
  evidence: Evidence[];
  place: Place | null;
  attribute: string | null;
  unit: string | null;
  seen: number | null;
  expected: Expected | null;
  factors: { label: string; share: number }[];
  neighbours: Neighbour[];
  trace: TracePoint[];
  limit: number | null;
  limit_name: string | null;
}
export interface Alert {
  id: string;
  version: number;
  state: AlertState;
  severity: Severity;
  severity_rule: Rule;
  category: string;
  urgency: string;
  certainty: string;
  headline: string;
  words: string;
  kind: string;
  tool: string;
  tool_version: string;
  entities: string[];
  place: Place | null;
  onset: string;
  raised_at: string;
  updated_at: string;
  active: boolean;
  ended_at: string | null;
  occurrences: number;
  finding: Finding;
  flapping: boolean;
  acknowledged: Mark | null;
  confirmed: Mark | null;
  rejected: Mark | null;
  closed: Mark | null;
  shelved: Shelf | null;
  suppressed: { rule: Rule; at: string } | null;
  incident: string | null;
}
export interface AlertEvent {
  act: string;
  by: string;
  at: string;
  alert: Alert;
  reason: string | null;
}
export interface LogEntry {
  seq: number;
  act: string;
  by: string;
  at: string;
  words: string;
}
export type Outcome = "handled" | "false alarm" | "no action needed" | "handed over" | "exercise";
export interface Incident {
  id: string;
  version: number;
  state: "open" | "closed";
  kind: "incident" | "plan";
  title: string;
  severity: Severity;
  owner: string;
  alerts: string[];
  place: Place | null;
  opened_at: string;
  updated_at: string;
  log: LogEntry[];
  disposition: { outcome: Outcome; words: string; by: string; at: string } | null;
}
export interface AttributeState {
  value: Value;
  unit: string | null;
  observed_at: string;
}
export interface EntityState {
  id: string;
  type: string;
  attributes: Record<string, AttributeState>;
  observed_at: string;
  accepted_at: string;
  lon: number | null;
  lat: number | null;
  name: string | null;
  source: string;
  quality: number;
}
export interface HistoryPoint {
  observed_at: string;
  value: Value;
  unit: string | null;
  quality: number;
  observation: string;
}
export interface QuarantineItem {
  id: string;
  source: string;
  device: string | null;
  format: string;
  reason: string;
  field: string | null;
  cure: string | null;
  payload: string;
  payload_bytes: number;
  received_at: string;
  state: "open" | "retried" | "resolved" | "discarded";
}
export type StageState = "working" | "degraded" | "silent" | "out of service";
export interface StageStatus {
  name: string;
  state: StageState;
  words: string;
  position: Record<string, number>;
  lag: Record<string, number>;
  figures: Record<string, number>;
  heard_at: string | null;
}
export type Renderer =
  | "map-points" | "map-cells" | "time-series" | "table" | "bars" | "number" | "timeline" | "text" | "graph" | "image-boxes";
export interface Panel {
  id: string;
  title: string;
  renderer: Renderer;
  query: {
    of: "entities" | "history" | "findings";
    type?: string | null;
    attribute?: string | null;
    per?: string | null;
    kinds?: string[];
    window_s?: number | null;
    limit?: number;
  };
  unit?: string | null;
  scale?: number[];
  words?: string;
}
export interface Param {
  value: Value;
  default?: Value;
  low?: number | null;
  high?: number | null;
  unit?: string | null;
  why?: string;
}
export interface ToolStatus {
  id: string;
  title: string;
  claim: string;
  version: string;
  capability: string;
  state: StageState;
  words: string;
  lag_s: number;
  lag_items: number;
  observe_p95_ms: number;
  budget_ms: number;
  findings: number;
  last_finding_at: string | null;
  entities: number;
  restarts: number;
  advises_a_person: boolean;
  personal_data: string;
  params: Record<string, Param | Value>;
  panels: Panel[];
  guide_md: string;
}
export interface Act {
  at: string;
  title: string;
  words: string;
  press: string;
}
export interface Demo {
  seed: number;
  title: string;
  acts: Act[];
  started_at: string;
}
export interface Status {
  realm: string;
  version: string;
  started_at: string;
  now: string;
  state: StageState;
  stages: StageStatus[];
  tools: ToolStatus[];
  processes: Record<string, number>;
  streams: Record<string, { first: number; last: number; messages: number; bytes: number }>;
  mqtt: { host: string; port: number } | null;
  demo: Demo | null;
  live: { clients: number; gaps: number; missed: number; coalesced: number };
}
export interface SignedIn {
  user: { name: string; roles: string[]; permissions: string[] };
  csrf: string;
  expires_at: string;
}
export interface Page<T> {
  items: T[];
  next: string | null;
}
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  field?: string | null;
  value?: unknown;
  cure?: string | null;
}
export interface Snapshot {
  entities: EntityState[];
  alerts: Alert[];
  incidents: Incident[];
  status: Status;
  now: string;
}
export interface Change {
  entities: EntityState[];
  alerts: Alert[];
  incidents: Incident[];
  status?: Status | null;
  now: string;
}
export interface Gone {
  entities: string[];
  alerts: string[];
  incidents: string[];
}
