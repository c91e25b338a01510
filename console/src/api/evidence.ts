/** Evidence: what can be asked of the server. */
import type { components } from "./schema";
import { call, file, upload } from "./http";
import type { EvidenceRead, Exhibit, Page } from "./types";

const at = encodeURIComponent;
/** What a piece belongs to. */
export interface On {
  kind: "alerts" | "incidents";
  id: string;
}
export type Purpose = components["schemas"]["OpenEvidence"]["purpose"] & string;
export type Level = components["schemas"]["ShareEvidence"]["level"];
export type Retention = Exhibit["retention"];
export interface Why {
  purpose: Purpose;
  reason: string;
}
interface Listed {
  items: Exhibit[];
  closed: number;
}

export const evidence = {
  list: (on: On, signal?: AbortSignal) => call<Listed>("GET", `/${on.kind}/${at(on.id)}/evidence`, { signal }),
  add: (on: On, sent: File, retention: Retention, onsent: (share: number) => void, signal: AbortSignal) =>
    upload<Exhibit>(`/${on.kind}/${at(on.id)}/evidence`, { name: sent.name, retention }, sent, onsent, signal),
  blurred: (id: string) => file("GET", `/evidence/${at(id)}/picture`),
  clear: (exhibit: Exhibit, why: Why) => file("POST", `/evidence/${at(exhibit.id)}/${exhibit.kind === "picture" ? "unblur" : "open"}`, why),
  reads: async (id: string) => (await call<Page<EvidenceRead>>("GET", `/evidence/${at(id)}/reads`)).items,
  share: (exhibit: Exhibit, level: Level, rooms: string[], reason: string) => call<Exhibit>("POST", `/evidence/${at(exhibit.id)}/share`, { body: { level, rooms, reason, version: exhibit.version } }),
  hold: (exhibit: Exhibit, hold: boolean, reason: string) => call<Exhibit>("POST", `/evidence/${at(exhibit.id)}/hold`, { body: { hold, reason, version: exhibit.version } }),
  erase: (exhibit: Exhibit, reason: string) => call<Exhibit>("POST", `/evidence/${at(exhibit.id)}/erase`, { body: { reason, version: exhibit.version } }),
};
