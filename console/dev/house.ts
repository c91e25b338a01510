/** Status, tools and quarantine of the made-up evening. */
import { iso, START } from "./city.ts";

type Json = Record<string, unknown>;
const GUIDE = "# Crowd density\n\nPeople per m² from counters and area, with **Fruin** levels of service.\n\n## Claims\n- Names a surge within 20 s.\n- Never counts faces; `peopleCount` is all it reads.\n\n## Measured\n\n| day | false alarms |\n| --- | --- |\n| 12 Nov | 0 |\n| 13 Nov | 1 |\n";

const tool = (id: string, title: string, claim: string, p95: number, budget: number, more: Json = {}): Json => ({
  id, title, claim, version: "1.2.0", capability: "detect", state: "working", words: "", lag_s: 0.4, lag_items: 0, observe_p95_ms: p95, budget_ms: budget, findings: 14, last_finding_at: iso(START - 41_000), entities: 30, restarts: 0, advises_a_person: true, personal_data: "none",
  params: { crush_people_per_m2: { value: 4, default: 4, low: 2, high: 8, unit: "per_m2", why: "flow breaks down; Still (2014)" }, hold_s: { value: 20, default: 15, low: 5, high: 120, unit: "s", why: "shorter peaks are people passing" } },
  panels: [
    { id: "density", title: "People per m²", renderer: "bars", unit: "/m²", query: { of: "entities", type: "CrowdFlowObserved", attribute: "peopleCount", per: "area", limit: 50, kinds: [] }, scale: [1, 2, 3, 4], words: "" },
    { id: "course", title: "Fullest cell", renderer: "time-series", unit: "C62", query: { of: "history", type: "CrowdFlowObserved", attribute: "peopleCount", window_s: 3600, limit: 3, kinds: [] }, scale: [], words: "" },
    { id: "said", title: "What it said", renderer: "table", unit: null, query: { of: "findings", kinds: [], limit: 20 }, scale: [], words: "" },
  ],
  guide_md: GUIDE, ...more,
});

export const status = (): Json => ({
  realm: "live", city: "Helsinki", zone: "Europe/Helsinki", version: "0.1.0", started_at: iso(START - 1_260_000), now: iso(Date.now()), state: "degraded",
  stages: ["ingest", "normalise", "context", "lake", "alerts", "live"].map((name, i) => ({ name, state: i === 3 ? "degraded" : "working", words: i === 3 ? "compacting, 2 s behind" : "", position: { OBS: 41_200 + i }, lag: { OBS: i === 3 ? 41 : 0 }, figures: { "per_s": 62 }, heard_at: iso(Date.now() - 400) })),
  tools: [tool("crowd", "Crowd density", "People per m² from counters and area", 88, 250), tool("anomaly", "Urban anomaly", "Learns what is normal per place and time, says what is not", 210, 250, { state: "degraded", words: "2 s behind, catching up", restarts: 1 })],
  processes: { supervisor: 4101, nats: 4103, door: 4107, stages: 4108, lake: 4110, runner: 4111 },
  streams: { RAW: { first: 1, last: 60_120, messages: 60_120, bytes: 18_400_000 }, OBS: { first: 1, last: 41_206, messages: 41_206, bytes: 21_200_000 }, ALERT: { first: 1, last: 38, messages: 38, bytes: 91_000 } },
  mqtt: { host: "127.0.0.1", port: 18_830 },
  demo: { seed: 7, title: "The square fills", started_at: iso(START - 300_000), acts: [
    { at: iso(START - 300_000), title: "An ordinary evening", words: "About 60 devices report from central Helsinki. Two weeks of history came in at the start, so the tools know what a Saturday looks like.", press: "J and K to move in the queue" },
    { at: iso(START - 80_000), title: "One side thickens", words: "People press towards the south-east corner. Watch cell D4 leave its band before anybody calls.", press: "A to acknowledge, then read why" },
    { at: iso(START + 200_000), title: "A sensor lies", words: "One sensor fails. The tool must call it a fault, not an event.", press: "R to reject, if you disagree" },
  ] },
  live: { clients: 1, gaps: 0, missed: 0, coalesced: 412 },
});

export const quarantine = (): Json[] => [
  { id: "q-1", source: "mqtt", device: "A-05", format: "json", reason: "NO2 has a unit that cannot be turned into µg/m³", field: "NO2.unitCode", cure: "send GQ, GP or 59", payload: '{"id": "A-05", "type": "AirQualityObserved", "NO2": {"value": 21, "unitCode": "XXX"}}', payload_bytes: 84, received_at: iso(START - 300_000), state: "open" },
  { id: "q-2", source: "http", device: null, format: "json", reason: "observedAt is 2 h ahead of the clock", field: "observedAt", cure: "check the device's clock and zone", payload: '{"id": "T-02", "type": "TrafficFlowObserved",\n "name": "<script>alert(1)</script> \u202etxt.exe", "observedAt": "2026-11-21T20:42:17Z"}', payload_bytes: 5120, received_at: iso(START - 1_300_000), state: "open" },
];
