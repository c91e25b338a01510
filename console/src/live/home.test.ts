import { expect, it } from "vitest";
import { homeOf } from "./home";

const SEES = ["public", "self", "see"];
it.each([
  [["operator"], SEES, "queue"],
  [["supervisor", "operator"], SEES, "queue"],
  [["operator", "administrator"], SEES, "queue"],
  [["operator", "field responder"], SEES, "queue"],
  [["supervisor"], SEES, "board"],
  [["ethics officer"], SEES, "board"],
  [["supervisor", "field responder"], SEES, "board"],
  [["field responder"], ["public", "self"], "field"],
  [["administrator", "planner"], SEES, "board"],
  [["administrator"], SEES, "queue"],
  [[], ["public", "self"], "queue"],
] as const)("%j who may %j lands at the %s", (roles, permissions, home) => expect(homeOf({ roles, permissions })).toBe(home));
