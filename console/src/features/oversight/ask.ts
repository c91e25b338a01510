/** What is asked of the record, from what stands in the form. Pure. */
import type { Query } from "../../api/http";
import type { AuditItem, DayFigures } from "../../api/oversight";

export type Which = "all" | "looks" | "unfit" | "refused";
export interface Asked {
  reason: string;
  person: string;
  organisation: string;
  action: string;
  object: string;
  /** days in UTC, both included: 2026-11-21 */
  from: string;
  to: string;
  which: Which;
}

/** /oversight/unfit and the like lead straight to those rows. */
export const whichOf = (id: string | null): Which => (id === "looks" || id === "unfit" || id === "refused" ? id : "all");

const DAY_MS = 86_400_000;
export const LEAST_REASON = 3;

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The last `days` days, today among them. */
export const lastDays = (days: number, now: number): Pick<Asked, "from" | "to"> => ({ from: dayOf(now - (days - 1) * DAY_MS), to: dayOf(now) });

export function toQuery(asked: Asked, after: string | null): Query & { reason: string } {
  const end = Date.parse(`${asked.to}T00:00:00Z`);
  return {
    reason: asked.reason.trim(),
    person: asked.person.trim(),
    organisation: asked.organisation,
    action: asked.action.trim(),
    id: asked.object.trim(),
    start: asked.from ? `${asked.from}T00:00:00Z` : null,
    // the last day belongs to it: up to the next midnight
    end: Number.isNaN(end) ? null : new Date(end + DAY_MS).toISOString(),
    looks: asked.which === "looks" ? true : null,
    unfit: asked.which === "unfit" ? true : null,
    outcome: asked.which === "refused" ? "refused" : null,
    limit: 100,
    after,
  };
}

export interface Totals {
  looks: number;
  unfit: number;
  refused: number;
  signIns: number;
  purposes: [string, number][];
}

/** Days put together; purposes by how often, then by name. */
export function totals(days: readonly DayFigures[]): Totals {
  const purposes = new Map<string, number>();
  const made: Totals = { looks: 0, unfit: 0, refused: 0, signIns: 0, purposes: [] };
  for (const day of days) {
    made.looks += day.looks;
    made.unfit += day.unfit;
    made.refused += day.refused;
    made.signIns += day.sign_ins;
    for (const [purpose, n] of Object.entries(day.purposes)) purposes.set(purpose, (purposes.get(purpose) ?? 0) + n);
  }
  made.purposes = [...purposes].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return made;
}

/** How often a refused row was tried; empty for once and for what was not refused. */
export const tries = (item: AuditItem): string => (item.outcome === "refused" && Number(item.detail.count ?? "1") > 1 ? (item.detail.count ?? "") : "");

/** The details in a line, without what the row shows elsewhere. */
export const details = (item: AuditItem): string =>
  Object.entries(item.detail)
    .filter(([key, value]) => value !== "" && !(item.outcome === "refused" && (key === "count" || key === "refusal")))
    .map(([key, value]) => `${key.replaceAll("_", " ")} ${value}`)
    .join(", ");
