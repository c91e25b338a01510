import { expect, it } from "vitest";
import type { Organisation, Person } from "../../api/admin";
import { columns, find, matrix, staff, successors } from "./matrix";

const person = (name: string, seats: Record<string, string[]> = {}, disabled_at: string | null = null): Person => ({
  name,
  created_at: "2026-11-21T16:00:00Z",
  disabled_at,
  seats: Object.entries(seats).map(([organisation, roles]) => ({ organisation, title: organisation, roles })),
});
const room = (id: string, partner = false): Organisation => ({ id, title: id, partner, created_by: "x", created_at: "2026-11-21T16:00:00Z", removed_at: null });

it("lays people against organisations, roles in their order", () => {
  const [line] = matrix([person("ann", { police: ["supervisor", "operator"], it: ["cyber"] })], ["operator", "supervisor", "cyber"]);
  expect(line?.roles.get("police")).toEqual(["operator", "supervisor"]);
  expect(line?.roles.get("it")).toEqual(["cyber"]);
  expect(line?.roles.has("planning")).toBe(false);
});

it("keeps a role that this console does not know, at the end", () => {
  expect(matrix([person("ann", { police: ["diver", "operator"] })], ["operator"])[0]?.roles.get("police")).toEqual(["operator", "diver"]);
});

it("finds by a part of the name and puts who is shut out last", () => {
  const all = [person("bo", {}, "2026-11-21T16:00:00Z"), person("Bob"), person("ann")];
  expect(find(all, " BO ").map((p) => p.name)).toEqual(["Bob", "bo"]);
  expect(find(all, "").map((p) => p.name)).toEqual(["ann", "Bob", "bo"]);
});

it("puts control rooms before partners, and lets no partner take over", () => {
  const all = [room("tram", true), room("police"), room("it")];
  expect(columns(all).map((o) => o.id)).toEqual(["it", "police", "tram"]);
  expect(successors(all, "police").map((o) => o.id)).toEqual(["it"]);
});

it("counts only people who may sign in", () => {
  const all = [person("ann", { police: ["operator", "planner"] }), person("bo", { police: ["operator"] }, "2026-11-21T16:00:00Z"), person("cy", { it: ["cyber"] })];
  expect(staff(all, "police")).toBe(1);
});
