import { describe, expect, it } from "vitest";
import { command, FITS, ID, type Key, KINDS, urn } from "./commands";

const http: Key = { way: "http", token: "tocsin_abc" };
const at = { lon: 11.8768, lat: 45.4064 };

describe("commands", () => {
  it("sends one reading by HTTP, with the time at which it runs", () => {
    expect(command(http, { kind: "Camera", id: "CAM-1", ...at }, "http://127.0.0.1:8480")).toBe(
      `curl -sS http://127.0.0.1:8480/api/v1/ingest/json \\\n  -H "Authorization: Bearer tocsin_abc" \\\n  -H "Content-Type: application/json" \\\n` +
        `  -d '[{"id":"CAM-1","type":"Camera","observedAt":"'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'","lon":11.8768,"lat":45.4064,"status":"on"}]'`,
    );
  });

  it("sends the same by MQTT, as the device that was made", () => {
    const key: Key = { way: "mqtt", user: "N-1", password: "secret", topic: "devices/N-1/obs", host: "10.0.0.5", port: 1883 };
    const words = command(key, { kind: "NoiseLevelObserved", id: "N-1", ...at }, "");
    expect(words).toContain("mosquitto_pub -h 10.0.0.5 -p 1883 \\\n  -i N-1 -u N-1 -P secret -q 1 \\\n  -t devices/N-1/obs \\\n  -m '[{");
    expect(words).toContain(`"LAeq":61`);
  });

  it("says something else when asked to", () => {
    expect(command(http, { kind: "Camera", id: "CAM-1", ...at }, "", { status: "dark" })).toContain(`"status":"dark"`);
  });

  it("proposes ids that a shell leaves alone, and takes no other", () => {
    for (const kind of KINDS) expect(ID[kind]).toMatch(FITS);
    for (const bad of ["", "a b", "x'; rm -rf ~", "$(id)", `"`, "a/b", "x".repeat(65)]) expect(bad).not.toMatch(FITS);
    expect(urn({ kind: "Camera", id: "CAM-1" })).toBe("urn:ngsi-ld:Camera:CAM-1");
  });
});
