/** What each room is to an incident, in one word. Pure. */
import type { AccessRequest, Sharing } from "../../api/types";

export type Share = "owner" | "works" | "sees" | "asked" | "offered" | "none";

export function shareOf(sharing: Sharing, room: { id: string; partner: boolean }, requests: readonly AccessRequest[], thing: string): Share {
  if (room.id === sharing.room) return "owner";
  if (sharing.level !== "own room" && sharing.rooms.includes(room.id)) return "works";
  if (sharing.offer?.to === room.id) return "offered";
  if (sharing.level === "city group" || (sharing.level === "all rooms" && !room.partner)) return "sees";
  return requests.some((r) => r.state === "open" && r.room === room.id && r.object === thing) ? "asked" : "none";
}
