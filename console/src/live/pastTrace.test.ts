import { expect, it, vi } from "vitest";
import { alert, finding, iso, T0 } from "../testing/make";
import { isRead, PastTrace } from "./pastTrace.svelte";

const CELL = "urn:ngsi-ld:CrowdFlowObserved:SQ-D4";
const evidence = (value: number, attribute = "peopleCount") => [{ observation: "o", entity: CELL, attribute, value, unit: "C62", observed_at: iso(T0) }];

it("only a reading itself is drawn against the finding's band", () => {
  expect(isRead(finding({ seen: 108, evidence: evidence(108) }))).toBe(true);
  expect(isRead(finding({ seen: 1.7, evidence: evidence(680) }))).toBe(false); // people per square metre, made of people
  expect(isRead(finding({ seen: 108, evidence: evidence(108, "outflow") }))).toBe(false);
  expect(isRead(finding({ seen: null, evidence: evidence(108) }))).toBe(false);
});

it("the chart holds what had been read by then, with the finding's band", async () => {
  const asked = vi.fn<(address: string) => Promise<Response>>(() => Promise.resolve(new Response(JSON.stringify({ items: [{ observed_at: iso(T0), value: 108, unit: "C62", quality: 1, observation: "o" }], next: null }))));
  vi.stubGlobal("fetch", asked);
  const past = new PastTrace();
  const then = alert({ finding: finding({ seen: 108, evidence: evidence(108), expected: { low: 0, mid: 2, high: 5 }, trace: [] }) });
  expect(past.of(then)).toEqual([]);
  await past.read(then, T0 + 60_000);
  expect(past.of(then)).toEqual([{ at: iso(T0), seen: 108, low: 0, high: 5 }]);
  const { searchParams } = new URL(asked.mock.calls[0]?.[0] ?? "", "http://city");
  expect(Date.parse(searchParams.get("end") ?? "")).toBe(T0 + 60_001);
  vi.unstubAllGlobals();
});
