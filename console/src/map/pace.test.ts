import { expect, it } from "vitest";
import { Pace } from "./pace";

const after = (pace: Pace, at: number): boolean => (pace.frame(at), pace.slow);

it("a map is slow after three slow frames, not after one", () => {
  const pace = new Pace();
  expect([0, 16, 33, 50].map((at) => after(pace, at))).toEqual([false, false, false, false]);
  expect([150, 250, 350].map((at) => after(pace, at))).toEqual([false, true, true]);
});

it("a rest is no slow frame, and forgets nothing", () => {
  const pace = new Pace();
  for (const at of [0, 16, 33, 50]) pace.frame(at);
  pace.rest();
  expect([5_000, 5_016, 5_033, 5_050].map((at) => after(pace, at))).toEqual([false, false, false, false]);
  for (const at of [5_150, 5_250, 5_350]) pace.frame(at);
  pace.rest();
  expect([9_000, 9_016, 9_033, 9_050].map((at) => after(pace, at))).toEqual([true, true, true, false]);
});
