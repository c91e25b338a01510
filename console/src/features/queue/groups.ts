/** Alerts held back in a flood, as groups: by incident, else by tool and place; the gravest first. Pure. */
import type { Alert, Severity } from "../../api/types";
import { compare, SEVERITIES } from "../../live/rank";

export interface FloodGroup {
  key: string;
  incident: string | null;
  tool: string;
  place: string;
  /** of its gravest */
  severity: Severity;
  alerts: Alert[];
}
export interface HeldBy {
  id: string;
  words: string;
  count: number;
}

const placeOf = (alert: Alert): string => alert.place?.name ?? "";

/** Every alert is in exactly one group; groups stand by their gravest alert, then by their size. */
export function floodGroups(held: readonly Alert[]): FloodGroup[] {
  const groups = new Map<string, Alert[]>();
  for (const alert of held) {
    const key = alert.incident ? `incident ${alert.incident}` : `tool ${alert.tool} ${placeOf(alert)}`;
    groups.set(key, [...(groups.get(key) ?? []), alert]);
  }
  const made = [...groups].map(([key, all]) => {
    const alerts = all.toSorted(compare);
    const first = alerts[0] as Alert;
    return { key, incident: first.incident, tool: first.tool, place: placeOf(first), severity: first.severity, alerts };
  });
  const grave = (group: FloodGroup): number => SEVERITIES.indexOf(group.severity);
  return made.sort((a, b) => grave(a) - grave(b) || b.alerts.length - a.alerts.length || a.key.localeCompare(b.key));
}

/** Which rules hold how many, the one that holds most first. */
export function heldBy(held: readonly Alert[]): HeldBy[] {
  const rules = new Map<string, HeldBy>();
  for (const { suppressed } of held) {
    if (!suppressed) continue;
    const { id, words } = suppressed.rule;
    rules.set(id, { id, words, count: (rules.get(id)?.count ?? 0) + 1 });
  }
  return [...rules.values()].sort((a, b) => b.count - a.count || a.id.localeCompare(b.id));
}
