import { describe, expect, it } from "vitest";
import { alert } from "../testing/make";
import { called, interrupts, Known } from "./calling";

const weapon = alert({ id: "AL-1", severity: "critical", headline: "Weapon seen", place: { lon: 24.9, lat: 60.2, radius_m: 10, name: "Railway Square" } as never });
const noise = alert({ id: "AL-2", severity: "low", headline: "Unusual noise" });

describe("called", () => {
  it("says severity, what and where", () => {
    expect(called([weapon])).toBe("New critical alert: Weapon seen, Railway Square.");
  });
  it("names the place once", () => {
    expect(called([{ ...weapon, headline: "Weapon seen at Railway Square" }])).toBe("New critical alert: Weapon seen at Railway Square.");
  });
  it("says a number and the gravest of several", () => {
    expect(called([noise, weapon, noise])).toBe("3 new alerts, the gravest critical: Weapon seen, Railway Square.");
    expect(called([])).toBe("");
  });
  it("interrupts for nothing but a critical one", () => {
    expect([weapon, noise, alert({ severity: "high" })].map(interrupts)).toEqual([true, false, false]);
  });
});

describe("Known", () => {
  it("calls an alert once, and once more when it becomes critical", () => {
    const known = new Known();
    expect(known.fresh([noise, weapon])).toEqual([noise, weapon]);
    expect(known.fresh([noise, weapon])).toEqual([]);
    const graver = { ...noise, severity: "critical" as const };
    expect(known.fresh([graver, weapon])).toEqual([graver]);
    expect(known.fresh([graver])).toEqual([]);
    // less grave than it was: nothing to call out
    expect(known.fresh([noise])).toEqual([]);
  });
});
