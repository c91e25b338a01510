/** How far a city has come that is just being set up: told by what has happened, never by a mark. Pure. */
import type { Alert, EntityState } from "../api/types";

export interface Facts {
  /** what the city is called; empty: nobody has said */
  name: string;
  entities: number;
  alerts: number;
  people: number;
}
export const STEPS = ["city", "sensor", "alert", "people"] as const;
export type Step = (typeof STEPS)[number];

export const reached = (facts: Facts): Record<Step, boolean> => ({ city: facts.name !== "", sensor: facts.entities > 0, alert: facts.alerts > 0, people: facts.people > 1 });

/** The first that is not done; null: all are. */
export const next = (facts: Facts): Step | null => {
  const done = reached(facts);
  return STEPS.find((step) => !done[step]) ?? null;
};

/** The one expected where it has spoken, else whichever did first. */
export function heard(entities: ReadonlyMap<string, EntityState>, expected: string): EntityState | null {
  return entities.get(expected) ?? entities.values().next().value ?? null;
}

/** The alert that was raised first. */
export function earliest(alerts: Iterable<Alert>): Alert | null {
  let first: Alert | null = null;
  for (const alert of alerts) if (!first || Date.parse(alert.raised_at) < Date.parse(first.raised_at)) first = alert;
  return first;
}
