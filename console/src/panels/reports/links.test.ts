import { expect, it } from "vitest";
import { incidentReport, shiftSheet } from "./links";

it("names the incident, the sheet and the form", () => {
  expect(incidentReport("INC-014", "brief", "pdf", null)).toBe("/api/v1/incidents/INC-014/brief?format=pdf&lang=en");
});

it("carries the moment that is looked back at", () => {
  expect(incidentReport("INC-014", "report", "html", Date.UTC(2026, 10, 21, 14, 32))).toBe("/api/v1/incidents/INC-014/report?format=html&lang=en&at=2026-11-21T14%3A32%3A00.000Z");
});

it("leaves out the end of a shift that is under way", () => {
  const since = Date.UTC(2026, 10, 21, 6);
  expect(shiftSheet("police", since, null, "html")).toBe("/api/v1/rooms/police/handover?since=2026-11-21T06%3A00%3A00.000Z&format=html&lang=en");
  expect(shiftSheet("a/b", since, since, "pdf")).toContain("/rooms/a%2Fb/handover?since=2026-11-21T06%3A00%3A00.000Z&until=2026-11-21T06%3A00%3A00.000Z");
});
