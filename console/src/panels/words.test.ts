import { expect, it } from "vitest";
import { alert, entity, finding } from "../testing/make";
import { standing, tail, title } from "./alertWords";
import { courses, headline } from "./entityWords";
import { classOf, values } from "./query";

it("a row says seen against expected, or how sure a fault is", () => {
  expect(tail(alert())).toBe("4.6 /m², expected 1.2–2.6");
  expect(tail(alert({ finding: finding({ fault_probability: 0.94 }) }))).toBe("fault 94 %");
  expect(tail(alert({ finding: finding({ seen: null, expected: null }) }))).toBe("deviations");
});

it("a long place in a headline becomes the id", () => {
  const place = { lon: 0, lat: 0, radius_m: 0, name: "Railway Square, south-east" };
  expect(title(alert({ place, headline: "People far above usual at Railway Square, south-east" }))).toBe("People far above usual, SQ-D4");
  expect(title(alert({ place: { ...place, name: "exit 5" }, headline: "Jam at exit 5" }))).toBe("Jam at exit 5");
});

it("who has it", () => {
  expect(standing(alert({ state: "acknowledged", acknowledged: { by: "Seat 2", at: "", reason: null } }))).toBe("Seat 2");
  expect(standing(alert({ state: "confirmed" }))).toBe("confirmed");
});

it("an entity in one value, and its courses", () => {
  expect(headline(entity("CrowdFlowObserved", "SQ-D4", { peopleCount: 460, area: 100 }))).toBe("4.6 /m²");
  expect(headline(entity("ItemFlowObserved", "K-04", { outflow: 0, state: "held" }))).toBe("held");
  expect(headline(entity("ItemFlowObserved", "K-05", { outflow: 236, state: "open" }))).toBe("236 /min");
  expect(headline(entity("Odd", "x", {}))).toBe("–");
  expect(courses(entity("AirQualityObserved", "A", { PM10: 1, NO2: 2, name: "x" }))).toEqual(["NO2", "PM10"]);
});

it("a panel's query: type, attribute, divided by another, highest first", () => {
  const rows = values([entity("CrowdFlowObserved", "a", { peopleCount: 100, area: 100 }), entity("CrowdFlowObserved", "b", { peopleCount: 300, area: 100 }), entity("CrowdFlowObserved", "c", { peopleCount: 3, area: 0 }), entity("Camera", "d", { peopleCount: 9 })], "CrowdFlowObserved", "peopleCount", "area");
  expect(rows.map((r) => [r.entity.name, r.value])).toEqual([["b", 3], ["a", 1]]);
  expect([0, 1, 3, 9].map((v) => classOf(v, [1, 2, 3]))).toEqual([0, 1, 3, 3]);
});
