/** Work on incidents: procedures and their tasks, proposals, grouping, corrections, several at once, figures. */
import { call } from "./http";
import type { BulkAnswer, Fit, Incident, Page, Procedure, ProcedureWords, Proposal, Regrouped, ResponseFigures, Severity } from "./types";

const at = encodeURIComponent;
const of = (incident: string, path: string): string => `/incidents/${at(incident)}/${path}`;
const post = <T>(path: string, body: unknown): Promise<T> => call<T>("POST", path, { body });

export type TaskAct = "start" | "tick" | "answer" | "done" | "skip" | "undo";
export interface TaskBody {
  reason?: string;
  /** when the act that is taken back was done */
  done_at?: string | null;
  item?: number;
  ticked?: boolean;
  answer?: string;
}
export const procedures = {
  all: () => call<{ items: Procedure[] }>("GET", "/procedures"),
  words: (language: string) => call<Page<ProcedureWords>>("GET", "/procedures/words", { query: { language } }),
  fitting: (incident: string) => call<Page<Fit>>("GET", of(incident, "procedures")),
  start: (incident: string, procedure: string) => post<Incident>(of(incident, "procedure"), { procedure }),
  task: (incident: string, task: string, act: TaskAct, body: TaskBody) => post<Incident>(of(incident, `tasks/${at(task)}/${act}`), body),
};

export const proposals = {
  open: () => call<Page<Proposal>>("GET", "/proposals", { query: { state: "open", limit: 100 } }),
  accept: (id: string, version: number) => post<Proposal>(`/proposals/${at(id)}/accept`, { version }),
  decline: (id: string, reason: string, version: number) => post<Proposal>(`/proposals/${at(id)}/decline`, { reason, version }),
};

export const grouping = {
  merge: (survivor: string, incidents: string[], reason: string, version: number) => post<Incident>(of(survivor, "merge"), { incidents, reason, version }),
  unmerge: (merged: string, reason: string) => post<Regrouped>(of(merged, "unmerge"), { reason }),
  split: (incident: string, title: string, alerts: string[], reason: string, version: number) => post<Regrouped>(of(incident, "split"), { title, alerts, reason, version }),
  link: (incident: string, other: string, words: string) => post<Incident>(of(incident, "links"), { incident: other, words }),
  unlink: (incident: string, other: string) => call<Incident>("DELETE", of(incident, `links/${at(other)}`)),
};

export const correcting = {
  severity: (incident: string, severity: Severity | null, reason: string, version: number) => call<Incident>("PUT", of(incident, "severity"), { body: { severity, reason, version } }),
  detection: (incident: string, detected_at: string, reason: string, version: number) => call<Incident>("PUT", of(incident, "detection"), { body: { detected_at, reason, version } }),
};

export type BulkVerb = "accept" | "acknowledge" | "close";
export const bulk = (verb: BulkVerb, items: { id: string; version?: number }[], more: { words?: string; outcome?: string } = {}): Promise<BulkAnswer> => post(`/bulk/${verb}`, { items, ...more });

export const figures = { response: (start?: string) => call<ResponseFigures>("GET", "/figures/response", { query: { start } }) };
