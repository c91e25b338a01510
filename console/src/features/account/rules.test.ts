import { expect, it } from "vitest";
import type { NotifyRule } from "../../api/notify";
import { from, KINDS, ruleOf, toggled } from "./rules";

const RULES: NotifyRule[] = [{ kind: "alert", severity: "high", channels: ["email"] }];

it("a row that nobody set is off", () => {
  expect(ruleOf(RULES, "task")).toEqual({ kind: "task", severity: "low", channels: [] });
});

it("a box ticked and unticked leaves the rest as it was", () => {
  const on = toggled(RULES, "task", "push");
  expect(on.map((rule) => rule.kind)).toEqual(KINDS);
  expect(ruleOf(on, "task").channels).toEqual(["push"]);
  expect(ruleOf(on, "alert")).toEqual(RULES[0]);
  expect(ruleOf(toggled(on, "task", "push"), "task").channels).toEqual([]);
});

it("channels stand in one order, so that the same rules are the same", () => {
  const one = toggled(toggled(RULES, "task", "push"), "task", "email");
  const two = toggled(toggled(RULES, "task", "email"), "task", "push");
  expect(one).toEqual(two);
});

it("from which severity", () => {
  expect(ruleOf(from(RULES, "alert", "critical"), "alert")).toEqual({ kind: "alert", severity: "critical", channels: ["email"] });
});
