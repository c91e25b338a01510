import { expect, it } from "vitest";
import { areaOf, cornersOf, crossed, emptyArea, faultOf, formOf, linesOf, spotAt } from "./area";

const square = [spotAt(0, 0), spotAt(1, 0), spotAt(1, 1), spotAt(0, 1)];

it("reads corners one a line, latitude first, and writes them the same", () => {
  const { corners, bad } = cornersOf("45.40, 11.87\n\n45.41 11.88\n-1;+2\n");
  expect(bad).toBeNull();
  expect(corners).toEqual([{ lat: 45.4, lon: 11.87 }, { lat: 45.41, lon: 11.88 }, { lat: -1, lon: 2 }]);
  expect(cornersOf(linesOf(corners)).corners).toEqual(corners);
});

it("names the first line that is no place", () => {
  expect(cornersOf("45.4, 11.8\nhere").bad).toBe(2);
  expect(cornersOf("95, 11").bad).toBe(1);
  expect(cornersOf("45, 191").bad).toBe(1);
  expect(cornersOf("1e5, 3").bad).toBe(1);
});

it("sees an outline that crosses itself", () => {
  expect(crossed(square)).toBe(false);
  expect(crossed([spotAt(0, 0), spotAt(1, 1), spotAt(1, 0), spotAt(0, 1)])).toBe(true);
});

it("says what is missing", () => {
  expect(faultOf(emptyArea())).toBe("centre");
  expect(faultOf({ ...emptyArea(), shape: "polygon", corners: square.slice(0, 2) })).toBe("few");
  expect(faultOf({ ...emptyArea(), shape: "polygon", corners: square })).toBeNull();
  expect(faultOf({ ...emptyArea(), centre: spotAt(11, 45) })).toBeNull();
});

it("goes to the server and comes back", () => {
  const circle = { ...emptyArea("Square"), centre: spotAt(11.876, 45.399), radiusM: 400 };
  expect(areaOf(circle)).toEqual({ name: "Square", polygon: [], circle: { lon: 11.876, lat: 45.399, radius_m: 400 } });
  expect(formOf(areaOf(circle))).toEqual(circle);
  const polygon = { ...emptyArea("Square"), shape: "polygon" as const, corners: square };
  expect(formOf(areaOf(polygon))).toEqual(polygon);
});
