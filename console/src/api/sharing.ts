/** To whom a thing is open, and asking for what is closed. */
import { call } from "./http";
import type { components } from "./schema";
import type { AccessRequest, Alert, Incident, Level, Page } from "./types";

const at = encodeURIComponent;
const post = <T>(path: string, body: unknown): Promise<T> => call<T>("POST", path, { body });

export type Shared = "alerts" | "incidents";
export type Thing<K extends Shared> = K extends "alerts" ? Alert : Incident;
/** A control room, or a partner of the city that is none. */
export type Room = components["schemas"]["Organisation"];
export type RequestKind = AccessRequest["kind"];
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
  ask: (kind: RequestKind, id: string, reason: string) => post<AccessRequest>("/access-requests", { kind, id, reason }),
  grant: (id: string, reason: string) => post<AccessRequest>(`/access-requests/${at(id)}/grant`, reason ? { reason } : {}),
  refuse: (id: string, reason: string) => post<AccessRequest>(`/access-requests/${at(id)}/refuse`, { reason }),
};

export const rooms = { list: () => call<Page<Room>>("GET", "/organisations") };
