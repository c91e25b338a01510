/** What can be asked of the server, by name. */
import { call, setCsrf } from "./http";
import type { AlarmFigures, Alert, AlertAction, AlertEvent, Budget, Deletion, EntityState, HistoryPoint, Incident, MaintenanceAlert, MaintenancePlan, MaintenanceWindow, Outcome, Page, PastPicture, QuarantineItem, Register, SeriesPoint, SignedIn, Status, ToolRecord, ToolStatus } from "./types";

const at = encodeURIComponent;
const kept = (session: SignedIn): SignedIn => (setCsrf(session.csrf), session);

export const session = {
  read: async () => kept(await call<SignedIn>("GET", "/session")),
  open: async (user: string, password: string, code?: string) => kept(await call<SignedIn>("POST", "/session", { body: { user, password, code } })),
  language: async (language: string | null) => kept(await call<SignedIn>("PUT", "/session/language", { body: { language } })),
  end: () => call<unknown>("DELETE", "/session"),
  /** Sit in another control room. */
  sit: async (organisation: string) => kept(await call<SignedIn>("PUT", "/session/organisation", { body: { organisation } })),
};

export const status = { read: () => call<Status>("GET", "/status") };

export interface AlertQuery {
  state?: "open" | "all" | Alert["state"];
  at?: string;
  limit?: number;
  after?: string;
}
export interface AlertCommand {
  version?: number;
  reason?: string;
  until?: string;
  once?: boolean;
}
export const alerts = {
  list: (query: AlertQuery, signal?: AbortSignal) => call<Page<Alert>>("GET", "/alerts", { query: { ...query }, signal }),
  read: (id: string) => call<Alert>("GET", `/alerts/${at(id)}`),
  events: (id: string, signal?: AbortSignal) => call<Page<AlertEvent>>("GET", `/alerts/${at(id)}/events`, { query: { limit: 200 }, signal }),
  command: (id: string, action: AlertAction, body: AlertCommand) => call<Alert>("POST", `/alerts/${at(id)}/${action}`, { body }),
};

export const incidents = {
  list: (state: "open" | "closed" | "all") => call<Page<Incident>>("GET", "/incidents", { query: { state, limit: 200 } }),
  read: (id: string) => call<Incident>("GET", `/incidents/${at(id)}`),
  open: (title: string, ids: string[]) => call<Incident>("POST", "/incidents", { body: { title, alerts: ids } }),
  add: (id: string, ids: string[]) => call<Incident>("POST", `/incidents/${at(id)}/alerts`, { body: { alerts: ids } }),
  remove: (id: string, alert: string) => call<Incident>("DELETE", `/incidents/${at(id)}/alerts/${at(alert)}`),
  note: (id: string, words: string) => call<Incident>("POST", `/incidents/${at(id)}/notes`, { body: { words } }),
  close: (id: string, outcome: Outcome, words: string) => call<Incident>("POST", `/incidents/${at(id)}/close`, { body: { outcome, words } }),
  reopen: (id: string, reason: string) => call<Incident>("POST", `/incidents/${at(id)}/reopen`, { body: { reason } }),
};

/** The picture as it was, as far as this room was allowed to see it then. */
export const picture = { at: (moment: string) => call<PastPicture>("GET", "/picture", { query: { at: moment } }) };

export const entities = { read: (id: string) => call<EntityState>("GET", `/entities/${at(id)}`) };

export interface HistoryQuery {
  entity: string;
  attribute: string;
  start: string;
  end: string;
  limit?: number;
  after?: string;
}
/** All readings of a period, oldest first, at most the newest `most`; pages lead back in time. */
export async function history(query: HistoryQuery, most = 20_000, signal?: AbortSignal): Promise<HistoryPoint[]> {
  const points: HistoryPoint[] = [];
  let after: string | undefined;
  do {
    const page: Page<HistoryPoint> = await call("GET", "/history", { query: { limit: 10_000, ...query, after }, signal });
    points.unshift(...page.items);
    after = page.next ?? undefined;
  } while (after && points.length < most);
  return points;
}

/** Mean, least and most of a number in equal steps of a period: for long charts. */
export const series = (query: Omit<HistoryQuery, "limit" | "after"> & { steps: number }, signal?: AbortSignal): Promise<Page<SeriesPoint>> => call("GET", "/history/series", { query: { ...query }, signal });

export const quarantine = {
  list: (state: "open" | "all", after?: string) => call<Page<QuarantineItem>>("GET", "/quarantine", { query: { state, after, limit: 100 } }),
  payload: (id: string, reason: string) => call<{ payload: string }>("GET", `/quarantine/${at(id)}/payload`, { query: { reason } }),
  retry: (id: string) => call<unknown>("POST", `/quarantine/${at(id)}/retry`),
  discard: (id: string) => call<unknown>("POST", `/quarantine/${at(id)}/discard`),
};

export const tools = {
  list: () => call<Page<ToolStatus>>("GET", "/tools"),
  record: (id: string, signal?: AbortSignal) => call<ToolRecord>("GET", `/tools/${at(id)}/record`, { signal }),
};

export const figures = { read: (period: AlarmFigures["period"], signal?: AbortSignal) => call<AlarmFigures>("GET", "/alerts/figures", { query: { period }, signal }) };

export const maintenance = {
  list: (state: "open" | "over") => call<Page<MaintenanceWindow>>("GET", "/maintenance", { query: { state, limit: 200 } }),
  read: (id: string) => call<MaintenanceWindow>("GET", `/maintenance/${at(id)}`),
  alerts: (id: string) => call<Page<MaintenanceAlert>>("GET", `/maintenance/${at(id)}/alerts`),
  plan: (plan: MaintenancePlan) => call<MaintenanceWindow>("POST", "/maintenance", { body: plan }),
  change: (id: string, body: { reason: string; end: string; version: number }) => call<MaintenanceWindow>("POST", `/maintenance/${at(id)}/change`, { body }),
  end: (id: string, body: { reason: string; version: number }) => call<MaintenanceWindow>("POST", `/maintenance/${at(id)}/end`, { body }),
};

export const privacy = {
  register: () => call<Register>("GET", "/privacy/register"),
  deletions: (after?: string) => call<Page<Deletion>>("GET", "/privacy/deletions", { query: { after, limit: 50 } }),
  budgets: () => call<Page<Budget>>("GET", "/privacy/budgets"),
};
