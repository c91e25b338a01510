/** What a tool said, as its panel asks: the alerts of its findings, newest first. Pure. */
import type { Alert, Panel } from "../../api/types";

export function said(alerts: Iterable<Alert>, tool: string, query: Panel["query"], now: number): Alert[] {
  const since = query.window_s ? now - query.window_s * 1000 : -Infinity;
  return [...alerts]
    .filter((alert) => alert.tool === tool && (!query.kinds?.length || query.kinds.includes(alert.kind)) && Date.parse(alert.onset) > since)
    .sort((a, b) => Date.parse(b.onset) - Date.parse(a.onset) || (a.id < b.id ? 1 : -1))
    .slice(0, query.limit ?? 50);
}
