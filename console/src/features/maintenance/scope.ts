/** What a maintenance window covers, in a line; and what a form says, as the server wants it. Pure. */
import type { MaintenancePlan, MaintenanceWindow } from "../../api/types";
import { t } from "../../i18n";
import { localId } from "../../ui/text";

export function scopeWords(scope: MaintenanceWindow["scope"]): string {
  const said: string[] = [];
  if (scope.entities.length) said.push(t.list(scope.entities.map((id) => localId(id))));
  if (scope.tool) said.push(scope.tool);
  if (scope.kind) said.push(scope.kind);
  if (scope.area) said.push(t.maintenance.near(Math.round(scope.area.radius_m), scope.area.name ?? `${scope.area.lat.toFixed(4)}, ${scope.area.lon.toFixed(4)}`));
  return said.join(" · ") || t.maintenance.everything;
}

export interface Planned {
  entities: string;
  tool: string;
  kind: string;
  reason: string;
  /** local time of the browser (datetime-local); empty: now */
  start: string;
  hours: number;
}

export const endOf = (form: Planned, now: number): number => (form.start ? Date.parse(form.start) : now) + form.hours * 3_600_000;

/** null while something that is needed is missing */
export function planOf(form: Planned, now: number): MaintenancePlan | null {
  const entities = form.entities.split(/[\s,]+/).filter(Boolean);
  const end = endOf(form, now);
  if (!form.reason.trim() || !(entities.length || form.tool || form.kind.trim()) || !(end > now)) return null;
  return {
    end: new Date(end).toISOString(),
    reason: form.reason.trim(),
    ...(form.start ? { start: new Date(form.start).toISOString() } : {}),
    ...(entities.length ? { entities } : {}),
    ...(form.tool ? { tool: form.tool } : {}),
    ...(form.kind.trim() ? { kind: form.kind.trim() } : {}),
  };
}
