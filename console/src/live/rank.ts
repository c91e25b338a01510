/** One rank everywhere: by severity, then new before seen, then the latest onset; grouped by incident. Pure. */
import type { Alert, Incident, Severity } from "../api/types";

export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];
const WEIGHT: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3 };

export interface Ranked {
  rank: number;
  alert: Alert;
}
export interface Group {
  incident: Incident | null;
  rows: Ranked[];
  tally: { severity: Severity; count: number; fresh: boolean }[];
}

export const isFresh = (alert: Alert): boolean => alert.state === "new";
/** In the queue: open, in nobody's shelf, held back by no rule, in service. A rejected one has been answered. */
export const isQueued = (alert: Alert): boolean =>
  alert.state !== "closed" && alert.state !== "rejected" && !alert.shelved && !alert.suppressed && !alert.out_of_service;

export function compare(a: Alert, b: Alert): number {
  return (
    WEIGHT[a.severity] - WEIGHT[b.severity] ||
    Number(isFresh(b)) - Number(isFresh(a)) ||
    Date.parse(b.onset) - Date.parse(a.onset) ||
    (a.id < b.id ? -1 : 1)
  );
}

export function tally(alerts: readonly Alert[]): Group["tally"] {
  return SEVERITIES.map((severity) => {
    const of = alerts.filter((a) => a.severity === severity);
    return { severity, count: of.length, fresh: of.some(isFresh) };
  }).filter((t) => t.count > 0);
}

/** Groups in the order of their first alert; those in no incident stand last among equals. */
export function rank(alerts: Iterable<Alert>, incidents: ReadonlyMap<string, Incident>): Group[] {
  const byIncident = new Map<string, Alert[]>();
  for (const alert of alerts) {
    if (!isQueued(alert)) continue;
    const key = alert.incident && incidents.get(alert.incident)?.state === "open" ? alert.incident : "";
    const rows = byIncident.get(key);
    if (rows) rows.push(alert);
    else byIncident.set(key, [alert]);
  }
  const sorted = [...byIncident].map(([key, rows]) => ({ key, rows: rows.sort(compare) }));
  sorted.sort((a, b) => {
    const [x, y] = [a.rows[0], b.rows[0]];
    if (!x || !y) return 0;
    const weight = WEIGHT[x.severity] - WEIGHT[y.severity] || Number(isFresh(y)) - Number(isFresh(x));
    return weight || Number(a.key === "") - Number(b.key === "") || compare(x, y);
  });
  let next = 1;
  return sorted.map(({ key, rows }) => ({
    incident: incidents.get(key) ?? null,
    rows: rows.map((alert) => ({ rank: next++, alert })),
    tally: tally(rows),
  }));
}
