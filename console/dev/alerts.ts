/** Alerts of the made-up evening, in the kernel's own shape. */
import { iso, START, urn } from "./city.ts";

type Json = Record<string, unknown>;
interface Seed {
  headline: string;
  words: string;
  severity: "critical" | "high" | "medium" | "low";
  state: string;
  tool: string;
  kind: string;
  rule: [string, string];
  entity: [string, string];
  attribute: string;
  unit: string | null;
  seen: number;
  band: [number, number];
  age: number;
  fault: number;
  place: [number, number, number, string];
  limit?: [number, string];
  factors?: [string, number][];
  neighbours?: [string, string, boolean][];
  incident?: string;
}
const seeds: Seed[] = [
  {
    headline: "Crush risk at exit 5", words: "Density is twice what this corner carries at a demonstration this size. Exit 5 lets fewer people out while more arrive.", severity: "critical", state: "new", tool: "crowd", kind: "crowd.surge",
    rule: ["CR-2", "Critical from 4 people per m² held for 20 s where people cannot leave freely: stop inflow, open what is shut, send stewards."], entity: ["CrowdFlowObserved", "SQ-D4"], attribute: "density", unit: "/m²", seen: 4.6, band: [1.2, 2.6], age: 41_000, fault: 0.04,
    place: [24.944601, 60.170842, 22, "Railway Square south-east, towards Mikonkatu"], limit: [4, "rule CR-2: 4.0 for 20 s"], factors: [["Density in cell SQ-D4", 0.52], ["Outflow at exit 5, 412 to 236 /min", 0.3], ["Arrivals from the south, ×2.8", 0.18]],
    neighbours: [["CrowdFlowObserved", "SQ-C4", true], ["CrowdFlowObserved", "SQ-D3", true], ["ItemFlowObserved", "K-05", true]], incident: "INC-014",
  },
  { headline: "Exit 5 jams", words: "Fewer people leave through exit 5 than its width carries, while the crowd before it thickens.", severity: "high", state: "acknowledged", tool: "crowd", kind: "crowd.jam", rule: ["CR-3", "High while an exit passes less than half of what its width carries."], entity: ["ItemFlowObserved", "K-05"], attribute: "outflow", unit: "/min", seen: 236, band: [360, 470], age: 72_000, fault: 0.08, place: [24.944798, 60.170742, 0, "Exit 5, Mikonkatu"], factors: [["Outflow against width", 0.7], ["Density before it", 0.3]], neighbours: [["CrowdFlowObserved", "SQ-D4", true]], incident: "INC-014" },
  { headline: "Noise unusual, Kaivokatu", words: "Louder than this place is on a Saturday evening; the counters beside it are busy too.", severity: "medium", state: "new", tool: "anomaly", kind: "anomaly.high", rule: ["AN-1", "Medium where a reading leaves its band for five minutes and a neighbour agrees."], entity: ["NoiseLevelObserved", "N-02"], attribute: "LAeq", unit: "2N", seen: 88, band: [66, 75], age: 190_000, fault: 0.22, place: [24.9431, 60.1704, 0, "Kaivokatu"], factors: [["Level above the band", 0.8], ["How long", 0.2]], neighbours: [["ItemFlowObserved", "P-01", true], ["NoiseLevelObserved", "N-01", false]] },
  { headline: "Air sensor A-03 stuck", words: "The same value to the last digit for 25 minutes while its neighbours move.", severity: "low", state: "acknowledged", tool: "anomaly", kind: "anomaly.fault", rule: ["AN-9", "Low: a fault of a sensor is repaired, not responded to."], entity: ["AirQualityObserved", "A-03"], attribute: "NO2", unit: "GQ", seen: 21.4, band: [24, 33], age: 400_000, fault: 0.94, place: [24.9452, 60.1722, 0, "Vilhonkatu"], factors: [["Value never moves", 0.9], ["Neighbours disagree", 0.1]], neighbours: [["AirQualityObserved", "A-02", false]] },
  { headline: "Traffic slow, Kaisaniemenkatu", words: "Half of the usual speed for ten minutes.", severity: "medium", state: "confirmed", tool: "anomaly", kind: "anomaly.low", rule: ["AN-1", "Medium where a reading leaves its band for five minutes and a neighbour agrees."], entity: ["TrafficFlowObserved", "T-04"], attribute: "averageVehicleSpeed", unit: "KMH", seen: 11, band: [21, 34], age: 660_000, fault: 0.11, place: [24.9467, 60.1711, 0, "Kaisaniemenkatu"], neighbours: [["TrafficFlowObserved", "T-05", true]] },
];

const mark = (by: string, at: number): Json => ({ by, at: iso(at), reason: null });

function finding(s: Seed, id: string, onset: number): Json {
  const points = 121;
  const mid = (s.band[0] + s.band[1]) / 2;
  const half = (s.band[1] - s.band[0]) / 2;
  const trace = Array.from({ length: points }, (_, i) => {
    const at = START - (points - 1 - i) * 5_000;
    const drift = Math.sin(i / 17) * half * 0.12;
    const rise = at < onset ? 0 : Math.min(1, (at - onset) / 45_000);
    const seen = mid + Math.sin(i * 1.7) * half * 0.16 + Math.sin(i * 0.6) * half * 0.14 + (s.seen - mid) * rise;
    return { at: iso(at), seen: s.fault > 0.9 && at > onset ? s.seen : Number(seen.toFixed(2)), low: Number((mid - half + drift).toFixed(2)), high: Number((mid + half + drift).toFixed(2)) };
  });
  const own = s.attribute === "density" ? "peopleCount" : s.attribute;
  const read = (type: string): [string, string | null] => (type === "ItemFlowObserved" ? ["outflow", null] : [own, own === "peopleCount" ? "C62" : s.unit]);
  const evidence = [[s.entity[0], s.entity[1], ...read(s.entity[0])], ...(s.neighbours ?? []).map((n) => [n[0], n[1], ...read(n[0])])].map(([type, local, attribute, unit], i) => [type, local, attribute, own === "peopleCount" ? 212 - 30 * i : s.seen, unit]);
  return {
    id: `f-${id}`, version: 3, tool: s.tool, tool_version: "1.2", kind: s.kind, phase: "ongoing", entities: [urn(...s.entity)], onset: iso(onset), observed_at: iso(START), headline: s.headline, words: s.words, score: 6.2, score_means: "robust deviations from the band", severity: s.severity, fault_probability: s.fault,
    evidence: evidence.map(([type, local, attribute, value, unit], i) => ({ observation: `mqtt-${String(local)}-${i}`, entity: urn(String(type), String(local)), attribute, value, unit, observed_at: iso(START - i * 4_000) })),
    place: null, attribute: s.attribute, unit: s.unit, seen: s.seen, expected: { low: s.band[0], mid, high: s.band[1] }, factors: (s.factors ?? []).map(([label, share]) => ({ label, share })),
    neighbours: (s.neighbours ?? []).map(([type, local, agrees]) => ({ entity: urn(type, local), agrees, words: agrees ? "moves the same way" : "calm, 200 m away" })), trace, limit: s.limit?.[0] ?? null, limit_name: s.limit?.[1] ?? null, boxes: [],
  };
}

export function alert(s: Seed, n: number): Json {
  const onset = START - s.age;
  const id = `AL-0${383 + n}`;
  const seen = s.state !== "new";
  return {
    id, version: 2, state: s.state, severity: s.severity, severity_rule: { id: s.rule[0], words: s.rule[1] }, category: "Safety", urgency: "Immediate", certainty: "Observed", headline: s.headline, words: s.words, kind: s.kind, tool: s.tool, tool_version: "1.2", entities: [urn(...s.entity)],
    place: { lon: s.place[0], lat: s.place[1], radius_m: s.place[2], name: s.place[3] }, onset: iso(onset), raised_at: iso(onset + 800), updated_at: iso(START), active: true, ended_at: null, occurrences: 1, finding: finding(s, id, onset), flapping: false,
    acknowledged: seen ? mark("operator", onset + 21_000) : null, confirmed: s.state === "confirmed" ? mark("operator", onset + 50_000) : null, rejected: null, closed: null, shelved: null, suppressed: null, incident: s.incident ?? null,
  };
}

export const alerts = (): Map<string, Json> => new Map(seeds.map((s, n) => alert(s, n)).map((a) => [a.id as string, a]));
export const incidents = (): Map<string, Json> =>
  new Map([["INC-014", {
    id: "INC-014", version: 2, state: "open", kind: "incident", title: "Demonstration, Railway Square", severity: "critical", owner: "operator", alerts: ["AL-0383", "AL-0384"], place: null, opened_at: iso(START - 660_000), updated_at: iso(START - 30_000),
    log: [{ seq: 1, act: "opened", by: "operator", at: iso(START - 660_000), words: "Opened with AL-0384" }, { seq: 2, act: "alert added", by: "operator", at: iso(START - 38_000), words: "AL-0383 Crush risk at exit 5" }, { seq: 3, act: "noted", by: "operator", at: iso(START - 20_000), words: "Stewards S2 sent to exit 5" }], disposition: null,
  }]]);
