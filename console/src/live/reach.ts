/** What a room is to a thing, as the server decides it (`identity/policy.py`): for what to offer, not for what to allow. Pure. */
import type { Level, Sharing } from "../api/types";

export const LEVELS: readonly Level[] = ["own room", "named rooms", "all rooms", "city group"];
export type Relation = "none" | "sees" | "works" | "owns";
const RANK: Record<Relation, number> = { none: 0, sees: 1, works: 2, owns: 3 };

export function relation(room: string, partner: boolean, sharing: Sharing): Relation {
  if (!room) return "none";
  if (room === sharing.room) return "owns";
  if (sharing.level !== "own room" && sharing.rooms.includes(room)) return "works";
  const offered = sharing.offer?.to === room;
  if (partner) return sharing.level === "city group" || offered ? "sees" : "none";
  if (sharing.level === "all rooms" || sharing.level === "city group") return sharing.room ? "sees" : "owns";
  return offered ? "sees" : "none";
}

export const atLeast = (is: Relation, needs: Relation): boolean => RANK[is] >= RANK[needs];

/** Rooms that would lose sight of it if it were shared so, of those that have it now. */
export function losing(rooms: readonly { id: string; partner?: boolean }[], from: Sharing, to: Pick<Sharing, "level" | "rooms">): string[] {
  const then = { ...from, ...to };
  return rooms.filter((room) => relation(room.id, room.partner ?? false, from) !== "none" && relation(room.id, room.partner ?? false, then) === "none").map((room) => room.id);
}

/** Rooms that would see it if it were shared so, the owner left out. */
export const seeing = (rooms: readonly { id: string; partner?: boolean }[], from: Sharing, to: Pick<Sharing, "level" | "rooms">): string[] =>
  rooms.filter((room) => room.id !== from.room && relation(room.id, room.partner ?? false, { ...from, ...to, offer: null }) !== "none").map((room) => room.id);
