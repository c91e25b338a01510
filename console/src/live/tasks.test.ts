import { describe, expect, it } from "vitest";
import { incident, iso, T0, task } from "../testing/make";
import { canUndo, duties, isMine, isOverdue, left, nextStep, numbered, progress } from "./tasks";

const mark = { by: "ann", at: iso(T0), reason: null };

describe("the next step", () => {
  it("is one's own before another's, then what was begun, then what is due first", () => {
    const theirs = task({ id: "a", role: "supervisor", due_at: iso(T0 - 1) });
    const late = task({ id: "b", due_at: iso(T0 + 1000) });
    const soon = task({ id: "c", due_at: iso(T0) });
    const begun = task({ id: "d", state: "in progress", due_at: iso(T0 + 9000), started: mark });
    expect(nextStep([theirs, late, soon], ["operator"])?.id).toBe("c");
    expect(nextStep([theirs, late, soon, begun], ["operator"])?.id).toBe("d");
    expect(nextStep([theirs, late], ["planner"])?.id).toBe("a");
    expect(nextStep([theirs, late], ["supervisor"])?.id).toBe("a");
  });
  it("is nothing where all is over or waits", () => {
    expect(nextStep([task({ state: "done", ended: mark }), task({ state: "waiting" }), task({ state: "not needed" })], ["operator"])).toBeNull();
  });
});

it("counts down to and past its limit, while it is to do", () => {
  const due = task({ due_at: iso(T0 + 240_000) });
  expect(left(due, T0)).toBe(240_000);
  expect(isOverdue(due, T0 + 240_000)).toBe(false);
  expect(isOverdue(due, T0 + 240_001)).toBe(true);
  expect(isOverdue(task({ state: "done", ended: mark }), T0 + 999_999)).toBe(false);
  expect(left(task({ state: "waiting", due_at: null }), T0)).toBeNull();
});

it("counts what decisions left standing", () => {
  expect(progress([task({ state: "done" }), task({ state: "skipped" }), task(), task({ state: "waiting" }), task({ state: "not needed" })])).toEqual({ ended: 2, all: 4 });
});

it("is for its role, or for a supervisor", () => {
  const cyber = task({ role: "cyber" });
  expect([["cyber"], ["supervisor"], ["operator"], ["administrator"], []].map((roles) => isMine(cyber, roles))).toEqual([true, true, false, false, false]);
});

it("my tasks: those of the gravest incident first, then the latest", () => {
  const a = incident({ id: "INC-1", severity: "medium", tasks: [task({ id: "late", due_at: iso(T0 - 60_000) })] });
  const b = incident({ id: "INC-2", severity: "critical", tasks: [task({ id: "calm", due_at: iso(T0 + 60_000) }), task({ id: "later", due_at: iso(T0 - 1) }), task({ id: "theirs", role: "supervisor" }), task({ id: "over", state: "done" })] });
  const c = incident({ id: "INC-3", severity: "critical", state: "closed", tasks: [task({ id: "closed" })] });
  expect(duties([a, b, c], ["operator"]).map((d) => d.task.id)).toEqual(["later", "calm", "late"]);
  expect(duties([a, b, c], ["supervisor"]).map((d) => d.task.id)).toEqual(["theirs"]);
  expect(duties([a, b, c], ["supervisor"], true)).toHaveLength(4);
});

it("number keys tick lines, then answer", () => {
  const both = task({ checklist: [{ words: "x", ticked: null }, { words: "y", ticked: mark }], question: { words: "?", answers: [{ name: "yes", leads_to: [] }] } });
  expect([1, 2, 3, 4].map((n) => numbered(both, n))).toEqual([{ tick: 0, ticked: true }, { tick: 1, ticked: false }, { answer: "yes" }, null]);
  expect(numbered(task({ state: "done", checklist: both.checklist }), 1)).toBeNull();
});

it("only what a person did can be taken back", () => {
  expect([task(), task({ started: mark }), task({ ended: mark }), task({ state: "not needed" })].map(canUndo)).toEqual([false, true, true, false]);
});
