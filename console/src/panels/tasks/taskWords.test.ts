import { expect, it } from "vitest";
import { iso, T0, task } from "../../testing/make";
import { countdown, standing } from "./taskWords";

it.each([
  [240_000, "4 min left"],
  [299_000, "4 min left"],
  [119_000, "1:59 left"],
  [41_000, "0:41 left"],
  [0, "0:00 left"],
  [-12_000, "late 0:12"],
  [-200_000, "late 3 min"],
  [-3 * 3_600_000, "late 3 h"],
])("%i ms from its limit: %s", (span, words) => {
  expect(countdown(task({ due_at: iso(T0 + span) }), T0)).toBe(words);
});

it("says who and when, or what it waits for", () => {
  const mark = { by: "ann", at: iso(T0), reason: null };
  expect(standing(task({ state: "done", ended: mark }), [], T0)).toBe("done by ann, 18:42:17");
  expect(standing(task({ state: "done", ended: mark, answer: "yes" }), [], T0)).toBe("decided: yes by ann, 18:42:17");
  expect(standing(task({ state: "in progress", started: mark }), [], T0)).toBe("begun by ann, 18:42:17");
  const waiting = task({ id: "b", state: "waiting", needs: ["a", "c"] });
  expect(standing(waiting, [task({ id: "a", title: "Look" }), task({ id: "c", title: "Past", state: "not needed" }), waiting], T0)).toBe("after Look");
});
