import { expect, it } from "vitest";
import type { AccessRequest, Sharing } from "../../api/types";
import { sharing } from "../../testing/make";
import { shareOf } from "./shares";

const room = { id: "it", partner: false };
const asked = [{ object: "INC-001", room: "it", state: "open" } as AccessRequest];

// by the rules of identity/policy.py: relation()
it.each<[Partial<Sharing>, boolean, string]>([
  [{ room: "it", level: "own room" }, false, "owner"],
  [{ room: "police", level: "named rooms", rooms: ["it"] }, false, "works"],
  [{ room: "police", level: "own room", rooms: ["it"] }, false, "none"],
  [{ room: "police", level: "all rooms" }, false, "sees"],
  [{ room: "police", level: "all rooms" }, true, "none"],
  [{ room: "police", level: "city group" }, true, "sees"],
  [{ room: "police", level: "named rooms", rooms: ["fire"] }, false, "none"],
])("%j is to a room (partner: %s) %s", (more, partner, share) => {
  expect(shareOf(sharing(more), { ...room, partner }, [], "INC-001")).toBe(share);
});

it("who has asked and waits is said so, for that incident alone", () => {
  const closed = sharing({ room: "police", level: "own room" });
  expect(shareOf(closed, room, asked, "INC-001")).toBe("asked");
  expect(shareOf(closed, room, asked, "INC-002")).toBe("none");
});
