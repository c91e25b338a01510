import { describe, expect, it } from "vitest";
import { alert, entity, iso, T0 } from "../testing/make";
import { earliest, heard, next, reached } from "./begun";

const nothing = { name: "", entities: 0, alerts: 0, people: 1 };

describe("first steps", () => {
  it("are done by what has happened, in any order", () => {
    expect(reached({ ...nothing, alerts: 1 })).toEqual({ city: false, sensor: false, alert: true, people: false });
    expect(reached({ name: "Padova", entities: 1, alerts: 0, people: 2 })).toEqual({ city: true, sensor: true, alert: false, people: true });
  });

  it("go on with the first that is not done", () => {
    expect(next(nothing)).toBe("city");
    expect(next({ ...nothing, name: "Padova" })).toBe("sensor");
    expect(next({ name: "Padova", entities: 3, alerts: 0, people: 4 })).toBe("alert");
    expect(next({ name: "Padova", entities: 3, alerts: 1, people: 2 })).toBeNull();
  });

  it("name the sensor that was to be connected, else the one that spoke first", () => {
    const [one, two] = [entity("Camera", "C-1", { status: "on" }), entity("Camera", "C-2", { status: "on" })];
    const both = new Map([one, two].map((e) => [e.id, e]));
    expect(heard(both, two.id)).toBe(two);
    expect(heard(both, "urn:ngsi-ld:Camera:C-9")).toBe(one);
    expect(heard(new Map(), two.id)).toBeNull();
  });

  it("name the alert that was raised first", () => {
    const [late, early] = [alert({ id: "AL-0002", raised_at: iso(T0) }), alert({ id: "AL-0001", raised_at: iso(T0 - 1000) })];
    expect(earliest([late, early])).toBe(early);
    expect(earliest([])).toBeNull();
  });
});
