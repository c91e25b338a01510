/** What somebody types at a terminal to play a sensor: POSIX shell, with the time at which it runs. Pure. */
export const KINDS = ["Camera", "CrowdFlowObserved", "NoiseLevelObserved"] as const;
export type Kind = (typeof KINDS)[number];

/** What a first reading says, by type; the ids are proposals. */
const SAYS: Record<Kind, Record<string, string | number>> = {
  Camera: { status: "on" },
  CrowdFlowObserved: { peopleCount: 40, area: 100 },
  NoiseLevelObserved: { LAeq: 61 },
};
export const ID: Record<Kind, string> = { Camera: "CAM-1", CrowdFlowObserved: "CROWD-1", NoiseLevelObserved: "NOISE-1" };
/** What a device may be called (as the API has it): nothing that a shell would take for something else. */
export const FITS = /^[A-Za-z0-9_~-]{1,64}$/;

export interface Sensor { kind: Kind; id: string; lon: number; lat: number }
export type Key = { way: "http"; token: string } | { way: "mqtt"; user: string; password: string; topic: string; host: string; port: number };

export const urn = (sensor: { kind: Kind; id: string }): string => `urn:ngsi-ld:${sensor.kind}:${sensor.id}`;

/** In single quotes but for the time, which the shell fills in. */
function said(sensor: Sensor, values: Record<string, string | number>): string {
  const document = JSON.stringify([{ id: sensor.id, type: sensor.kind, observedAt: "NOW", lon: sensor.lon, lat: sensor.lat, ...values }]);
  return `'${document.replace("NOW", `'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'`)}'`;
}

/** One reading, sent. `origin`: of this console. */
export function command(key: Key, sensor: Sensor, origin: string, values: Record<string, string | number> = SAYS[sensor.kind]): string {
  const reading = said(sensor, values);
  if (key.way === "http") return [`curl -sS ${origin}/api/v1/ingest/json`, `-H "Authorization: Bearer ${key.token}"`, `-H "Content-Type: application/json"`, `-d ${reading}`].join(" \\\n  ");
  return [`mosquitto_pub -h ${key.host} -p ${key.port}`, `-i ${key.user} -u ${key.user} -P ${key.password} -q 1`, `-t ${key.topic}`, `-m ${reading}`].join(" \\\n  ");
}
