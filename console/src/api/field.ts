/** The field: what a phone asks of the server, and what a control room asks about its people there. */
import { call, file, upload } from "./http";
import type { components } from "./schema";
import type { Exhibit, Incident, Page, Place } from "./types";

type Of<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type FieldTask = Of<"FieldTask">;
export type FieldTasks = Of<"FieldTasks">;
export type FieldConsent = Of<"FieldConsent">;
export type FieldPosition = Of<"FieldPosition">;
export type Responder = Of<"Responder">;
export type FieldAct = Of<"AnswerFieldTask">["act"];

/** Names one task wherever it is spoken of. */
export interface On {
  incident: string;
  task: string;
}
export interface Said {
  key: string;
  act: FieldAct;
  said_at: string;
  reason?: string;
  item?: number;
  answer?: string;
}
/** A network that answers nothing is worse than none: what takes longer is tried again. */
const PATIENCE_MS = 20_000;
const UPLOAD_MS = 180_000;
const path = (on: On, rest: string): string => `/field/tasks/${encodeURIComponent(on.incident)}/${encodeURIComponent(on.task)}/${rest}`;
const soon = (): AbortSignal => AbortSignal.timeout(PATIENCE_MS);

export const field = {
  tasks: () => call<FieldTasks>("GET", "/field/tasks", { signal: soon() }),
  answer: (on: On, body: Said) => call<Of<"FieldAnswer">>("POST", path(on, "answers"), { body, signal: soon() }),
  bring: (on: On, key: string, name: string, taken_at: string, picture: Blob) => upload<Exhibit>(path(on, "evidence"), { key, name, taken_at }, picture, () => undefined, AbortSignal.timeout(UPLOAD_MS)),
  picture: (on: On) => file("GET", path(on, "picture")),
  consent: (on: On) => call<FieldConsent>("PUT", path(on, "consent"), { signal: soon() }),
  stop: (on: On) => call<unknown>("DELETE", path(on, "consent"), { signal: soon() }),
  position: (on: On, at: { lon: number; lat: number; accuracy_m: number }) => call<unknown>("POST", path(on, "position"), { body: at, signal: soon() }),
};

export const sending = {
  responders: async () => (await call<Page<Responder>>("GET", "/field/responders")).items,
  send: (on: On, body: { to?: string; place?: Place; picture?: string; version?: number }) => call<Incident>("POST", `/incidents/${encodeURIComponent(on.incident)}/tasks/${encodeURIComponent(on.task)}/send`, { body }),
  positions: async (incident: string) => (await call<Page<FieldPosition>>("GET", `/incidents/${encodeURIComponent(incident)}/positions`)).items,
};
