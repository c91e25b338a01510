/**
 * What hangs together: incidents, their alerts, the sensors behind these, in three columns. Each column is put into the
 * order of what it hangs on (barycentre, Sugiyama et al. 1981), so that few lines cross. Pure.
 */
import type { Alert, Incident } from "../../api/types";

export interface Node {
  id: string;
  layer: 0 | 1 | 2;
  /** place in its column, from 0 */
  row: number;
}
export interface Graph {
  nodes: Node[];
  edges: [string, string][];
  rows: number;
}
const MOST_SENSORS = 3;

export function graphOf(alerts: readonly Alert[], incidents: ReadonlyMap<string, Incident>, limit = 40): Graph {
  const taken = alerts.slice(0, limit);
  const edges: [string, string][] = [];
  const [heads, tails] = [new Set<string>(), new Set<string>()];
  for (const alert of taken) {
    const incident = alert.incident && incidents.has(alert.incident) ? alert.incident : null;
    if (incident) {
      heads.add(incident);
      edges.push([incident, alert.id]);
    }
    for (const entity of alert.entities.slice(0, MOST_SENSORS)) {
      tails.add(entity);
      edges.push([alert.id, entity]);
    }
  }
  // alerts of one incident stand together; those of none last
  const first = new Map([...heads].map((id, i) => [id, i]));
  const middle = taken.map((alert, i) => ({ id: alert.id, by: first.get(alert.incident ?? "") ?? heads.size, i })).sort((a, b) => a.by - b.by || a.i - b.i).map(({ id }) => id);
  const right = byMean([...tails], middle, edges, 1);
  const left = byMean([...heads], middle, edges, 0);
  const column = (ids: readonly string[], layer: 0 | 1 | 2): Node[] => ids.map((id, row) => ({ id, layer, row }));
  return { nodes: [...column(left, 0), ...column(middle, 1), ...column(right, 2)], edges, rows: Math.max(left.length, middle.length, right.length) };
}

/** In the order of the mean place of what each hangs on; `end`: which end of an edge `ids` are. */
function byMean(ids: readonly string[], beside: readonly string[], edges: readonly [string, string][], end: 0 | 1): string[] {
  const place = new Map(beside.map((id, i) => [id, i]));
  const mean = (id: string): number => {
    const at = edges.filter((edge) => edge[end] === id).map((edge) => place.get(edge[end === 0 ? 1 : 0]) ?? 0);
    return at.reduce((all, n) => all + n, 0) / Math.max(1, at.length);
  };
  const means = new Map(ids.map((id) => [id, mean(id)]));
  return [...ids].sort((a, b) => (means.get(a) ?? 0) - (means.get(b) ?? 0) || (a < b ? -1 : 1));
}
