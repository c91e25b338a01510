import { expect, it } from "vitest";
import { landsOnBoard } from "./home";

it.each([
  [["operator"], false],
  [["supervisor", "operator"], false],
  [["operator", "administrator"], false],
  [["supervisor"], true],
  [["ethics officer"], true],
  [["field responder"], true],
  [["administrator", "planner"], true],
  [["administrator"], false],
  [[], false],
])("%j lands on a board: %s", (roles, board) => expect(landsOnBoard(roles)).toBe(board));
