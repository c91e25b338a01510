import { afterEach, expect, it, vi } from "vitest";
import { type Advice, advice, type Asked, type Space, spaces } from "../../api/advice";
import { PlanningDesk } from "./desk.svelte";

const space: Space = { id: "s", name: "S", walkable: [[[[0, 0], [2, 0], [2, 2], [0, 0]]]], ways: [{ id: "n", name: "N", line: [[1, 0]], width_m: 4, kind: "exit", open: true, leads_to: "", accessible: true, inside: false, width_source: "" }], obstacles: [], zones: [] };
const answer = (clearing_s: number): Advice => ({ plan: { space: "s", people: 1, clearing_s, exits: [], stuck: [], forecasts: [], exposed_people: 0, density: null, baseline: { clearing_s } } }) as unknown as Advice;
const page = { items: [], next: null };

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Every question waits for its answer, which the test gives. */
async function seated(): Promise<{ desk: PlanningDesk; asked: { request: Asked; give: (clearing_s: number) => void }[] }> {
  vi.useFakeTimers();
  const asked: { request: Asked; give: (clearing_s: number) => void }[] = [];
  vi.spyOn(spaces, "list").mockResolvedValue({ ...page, items: [{ id: "s" }] } as never);
  vi.spyOn(spaces, "get").mockResolvedValue({ space, version: 1 } as never);
  vi.spyOn(advice, "plans").mockResolvedValue(page as never);
  vi.spyOn(advice, "whatIf").mockImplementation((request) => new Promise((resolve) => asked.push({ request, give: (s) => resolve(answer(s)) })));
  const desk = new PlanningDesk();
  void desk.begin("s");
  await vi.advanceTimersByTimeAsync(0);
  asked[0]?.give(100);
  await vi.advanceTimersByTimeAsync(0);
  return { desk, asked };
}

it("never shows an answer to a question that is asked no more", async () => {
  const { desk, asked } = await seated();
  expect(desk.answer?.plan.clearing_s).toBe(100);
  desk.turn("n");
  desk.turn("n");
  await vi.advanceTimersByTimeAsync(0);
  const [, shut, open] = asked;
  expect([shut?.request.close, open?.request.close]).toEqual([["n"], []]);
  open?.give(90);
  await vi.advanceTimersByTimeAsync(0);
  shut?.give(500);
  await vi.advanceTimersByTimeAsync(0);
  expect([desk.answer?.plan.clearing_s, desk.busy]).toEqual([90, false]);
  desk.stop();
});

it("asks for densities and measures when the hand rests, and measures against where it began", async () => {
  const { desk, asked } = await seated();
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked.map((one) => one.request.detail)).toEqual(["plan", "full"]);
  asked[1]?.give(100);
  await vi.advanceTimersByTimeAsync(0);
  expect(desk.whole).toBe(true);
  desk.change({ widen_m: { n: 8 } });
  await vi.advanceTimersByTimeAsync(0);
  asked[2]?.give(60);
  await vi.advanceTimersByTimeAsync(0);
  expect(desk.whole).toBe(false);
  expect(desk.changes).toContainEqual({ what: "clearing", from: 100, to: 60 });
  desk.back();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked[3]?.request.widen_m).toEqual({});
  desk.stop();
});
