/** An alert in the few words a row has room for. */
import type { Alert, TracePoint } from "../api/types";
import { t } from "../i18n";
import type { BandPoint } from "../ui/chart";
import { percent, range } from "../ui/numbers";
import { localId, plain } from "../ui/text";
import { value } from "../ui/units";

/** "4.6 /m², expected 1.2–2.6", or how sure it is a fault. */
export function tail(alert: Alert): string {
  const f = alert.finding;
  if (f.fault_probability >= 0.5) return t.queue.fault(percent(f.fault_probability));
  const parts: string[] = [];
  if (f.seen !== null) parts.push(value(f.seen, f.unit, f.attribute ?? ""));
  if (f.expected) parts.push(t.queue.expected(range(f.expected.low, f.expected.high)));
  if (!parts.length) parts.push(plain(f.score_means, 40));
  return parts.join(", ");
}

/** The headline in a row's room: "… at <name of the place>" or "…, <name>" becomes the id that is said on the radio. */
const SHORT = 14;
export function title(alert: Alert): string {
  const [head, place, entity] = [plain(alert.headline, 200), placeName(alert), alert.entities[0]];
  const said = [` at ${place}`, `, ${place}`].find((words) => head.includes(words));
  if (!entity || !said || place.length <= SHORT) return head;
  const [before = "", after = ""] = head.split(said, 2);
  return `${before}${after}, ${localId(entity)}`;
}

/** Who has it, in a word: new, confirmed, or the name of the one who acknowledged. */
export function standing(alert: Alert): string {
  if (alert.state === "acknowledged" && alert.acknowledged) return plain(alert.acknowledged.by, 24);
  return t.state[alert.state];
}

export const trace = (points: readonly TracePoint[]): BandPoint[] => points.map((p) => ({ at: Date.parse(p.at), seen: p.seen, low: p.low, high: p.high }));

export const placeName = (alert: Alert): string => plain(alert.place?.name ?? alert.finding.place?.name ?? "", 120);
