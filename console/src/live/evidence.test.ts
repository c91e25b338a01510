import { afterEach, expect, test } from "vitest";
import type { Exhibit, SignedIn } from "../api/types";
import { Shelf, standing } from "./evidence.svelte";
import { session } from "./session.svelte";

const exhibit = (more: Partial<Exhibit> = {}): Exhibit => ({
  id: "EV-0001", version: 1, kind: "picture", media: "image/jpeg", size: 1, sha256: "", name: "", alert: null, incident: "INC-001", place: null, taken_at: "", added_at: "", added_by: "anna", source: "person",
  sharing: { room: "police", level: "named rooms", rooms: ["it"], offer: null }, retention: "incident", expires_at: "", custody: [], width: null, height: null, held: null, erased: null, ...more,
});
const sit = (organisation: string, roles: string[], permissions: string[]): void => {
  session.who = { user: { name: "anna", roles, permissions, organisation, seats: [], language: null }, csrf: "", expires_at: "", languages: [] } satisfies SignedIn;
};
afterEach(() => (session.who = null));

test("what is offered follows room, role and level", () => {
  sit("police", ["operator"], ["see", "act"]);
  expect(standing(exhibit())).toEqual({ clear: true, owns: true, keeps: false, oversees: false });
  sit("police", ["supervisor"], ["see", "act"]);
  expect(standing(exhibit())).toEqual({ clear: true, owns: true, keeps: true, oversees: true });
  sit("police", ["administrator"], ["see", "administer"]);
  expect(standing(exhibit())).toEqual({ clear: false, owns: true, keeps: true, oversees: false });
  sit("it", ["supervisor"], ["see", "act"]);
  expect(standing(exhibit())).toEqual({ clear: true, owns: false, keeps: false, oversees: false });
  expect(standing(exhibit({ sharing: { room: "police", level: "own room", rooms: ["it"], offer: null } })).clear).toBe(false);
  sit("planning", ["ethics officer"], ["see", "oversee"]);
  expect(standing(exhibit())).toEqual({ clear: false, owns: false, keeps: false, oversees: true });
  session.who = null;
  expect(standing(exhibit({ sharing: { room: "", level: "all rooms", rooms: [], offer: null } })).owns).toBe(false);
});

test("a changed piece takes the place of the old one, in the order of numbers", () => {
  const shelf = new Shelf();
  for (const id of ["EV-0002", "EV-10000", "EV-0009"]) shelf.put(exhibit({ id }));
  shelf.put(exhibit({ id: "EV-0002", version: 2 }));
  expect(shelf.items.map((e) => `${e.id} ${String(e.version)}`)).toEqual(["EV-0002 2", "EV-0009 1", "EV-10000 1"]);
});
