/** To whom a thing is open, and asking for what is closed. */
import { call } from "./http";
import type { Alert, Incident, Level, Page } from "./types";

const at = encodeURIComponent;
const post = <T>(path: string, body: unknown): Promise<T> => call<T>("POST", path, { body });

export type Shared = "alerts" | "incidents";
export type Thing<K extends Shared> = K extends "alerts" ? Alert : Incident;
/** A control room, or a partner of the city that is none. */
export interface Room {
  id: string;
  title: string;
  partner?: boolean;
  removed_at?: string | null;
}
export type RequestKind = "alert" | "incident" | "task" | "evidence";
export interface AccessRequest {
  id: string;
  kind: RequestKind;
  object: string;
  room: string;
  by: string;
  at: string;
  reason: string;
  state: "open" | "granted" | "refused";
  decided: { by: string; at: string; reason: string | null } | null;
  owner: string;
}
export interface ShareBody {
  level: Level;
  rooms: string[];
  reason: string;
  version?: number;
}

export const sharing = {
  share: <K extends Shared>(kind: K, id: string, body: ShareBody) => post<Thing<K>>(`/${kind}/${at(id)}/share`, body),
  offer: <K extends Shared>(kind: K, id: string, to: string, reason: string, version: number) => post<Thing<K>>(`/${kind}/${at(id)}/hand-over`, { to, reason, version }),
  take: <K extends Shared>(kind: K, id: string, version: number) => post<Thing<K>>(`/${kind}/${at(id)}/take-over`, { version }),
  decline: <K extends Shared>(kind: K, id: string, reason: string, version: number) => post<Thing<K>>(`/${kind}/${at(id)}/decline`, { reason, version }),
  /** `level` null: as its incident */
  task: (incident: string, task: string, body: Omit<ShareBody, "level"> & { level: Level | null }) => post<Incident>(`/incidents/${at(incident)}/tasks/${at(task)}/share`, body),
};

export const requests = {
  open: () => call<Page<AccessRequest>>("GET", "/access-requests", { query: { state: "open" } }),
  ask: (kind: RequestKind, id: string, reason: string) => post<AccessRequest>("/access-requests", { kind, id, reason }),
  grant: (id: string, reason: string) => post<AccessRequest>(`/access-requests/${at(id)}/grant`, reason ? { reason } : {}),
  refuse: (id: string, reason: string) => post<AccessRequest>(`/access-requests/${at(id)}/refuse`, { reason }),
};

export const rooms = { list: () => call<Page<Room>>("GET", "/organisations") };
