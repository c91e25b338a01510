/** Whole items of the vocabulary for tests, each field overridable. */
import type { Alert, EntityState, Finding, Incident, Sharing, Task, Value } from "../api/types";

export const T0 = Date.parse("2026-11-21T16:42:17Z");
export const iso = (at: number): string => new Date(at).toISOString();

export const sharing = (more: Partial<Sharing> = {}): Sharing => ({ room: "", level: "all rooms", rooms: [], offer: null, ...more });

export const finding = (more: Partial<Finding> = {}): Finding => ({
  id: "f1", version: 1, tool: "crowd", tool_version: "1.0", kind: "crowd.surge", phase: "started", entities: ["urn:ngsi-ld:CrowdFlowObserved:SQ-D4"], onset: iso(T0), observed_at: iso(T0), headline: "Crush risk", words: "", score: 1, score_means: "deviations",
  severity: "critical", fault_probability: 0.04, evidence: [], place: null, attribute: "peopleCount", unit: "/m²", seen: 4.6, expected: { low: 1.2, mid: 1.9, high: 2.6 }, factors: [], neighbours: [], trace: [], limit: null, limit_name: null, boxes: [], ...more,
});


export const alert = (more: Partial<Alert> = {}): Alert => ({
  id: "AL-0001", version: 1, state: "new", severity: "high", severity_rule: { id: "S-1", words: "" }, category: "Safety", urgency: "Immediate", certainty: "Observed", headline: "Crush risk", words: "", kind: "crowd.surge", tool: "crowd", tool_version: "1.0", entities: ["urn:ngsi-ld:CrowdFlowObserved:SQ-D4"], place: null,
  onset: iso(T0), raised_at: iso(T0), updated_at: iso(T0), active: true, ended_at: null, occurrences: 1, finding: finding(), flapping: false, acknowledged: null, confirmed: null, rejected: null, closed: null, shelved: null, suppressed: null, out_of_service: null, incident: null, sharing: sharing(), ...more,
});

export const incident = (more: Partial<Incident> = {}): Incident => ({
  id: "INC-001", version: 1, state: "open", kind: "incident", title: "Demonstration", severity: "high", owner: "operator", alerts: [], place: null, opened_at: iso(T0), updated_at: iso(T0), log: [], disposition: null, procedures: [], tasks: [], merged_into: null, merged: [], links: [], severity_set: null, detected_at: iso(T0), detection_set: null, sharing: sharing(), ...more,
});

export const task = (more: Partial<Task> = {}): Task => ({
  id: "surge.look", procedure: "surge", title: "Look at the place", words: "", role: "operator", state: "open", minutes: 1, needs: [], checklist: [], question: null, advice: null, opened_at: iso(T0), due_at: iso(T0 + 60_000), started: null, ended: null, answer: null, escalations: [], sharing: null, place: null, sent: null, cannot: null, opens: null, advised: null, ...more,
});

export const entity = (type: string, id: string, values: Record<string, Value>, more: Partial<EntityState> = {}): EntityState => ({
  id: `urn:ngsi-ld:${type}:${id}`, type, attributes: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, unit: null, observed_at: iso(T0) }])), observed_at: iso(T0), accepted_at: iso(T0), lon: 24.94, lat: 60.17, name: id, source: "mqtt", quality: 1, ...more,
});
