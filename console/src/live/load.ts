/** Alarm load against ISA-18.2: about one in ten minutes is acceptable, two manageable, ten a flood. Pure. */
import type { Alert } from "../api/types";

export const MANAGEABLE = 2;
export const FLOOD = 10;
const WINDOW_MS = 600_000;

/** Alarms put before a person in the ten minutes up to `at`. Held-back ones were not. */
export function loadAt(alerts: Iterable<Alert>, at: number): number {
  let count = 0;
  for (const alert of alerts) {
    const raised = Date.parse(alert.raised_at);
    if (raised > at - WINDOW_MS && raised <= at && !alert.suppressed && !alert.out_of_service) count++;
  }
  return count;
}

/** The sliding ten-minute count at `steps` moments up to now, `step` ms apart, oldest first. */
export function loadCurve(alerts: Iterable<Alert>, now: number, steps = 20, step = 60_000): number[] {
  const all = [...alerts];
  return Array.from({ length: steps }, (_, i) => loadAt(all, now - (steps - 1 - i) * step));
}

export const loadWord = (count: number): "calm" | "above" | "flood" => (count >= FLOOD ? "flood" : count > MANAGEABLE ? "above" : "calm");
