/** Whether an alert holds every word asked for, in its id, words, place or sensors. Pure. */
import type { Alert } from "../../api/types";

export function matches(alert: Alert, words: string): boolean {
  const hay = [alert.id, alert.headline, alert.words, alert.kind, alert.severity, alert.state, alert.place?.name ?? "", alert.incident ?? "", ...alert.entities].join(" ").toLowerCase();
  return words.toLowerCase().split(/\s+/).filter(Boolean).every((word) => hay.includes(word));
}
