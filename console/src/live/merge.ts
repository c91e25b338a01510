/** Newer wins: by version for alerts and incidents, by time for entities. Pure. */
import type { EntityState } from "../api/types";

/** Keeps the higher version; true where `item` was taken. */
export function takeVersion<T extends { id: string; version: number }>(into: Map<string, T>, item: T): boolean {
  const known = into.get(item.id);
  if (known && known.version >= item.version) return false;
  into.set(item.id, item);
  return true;
}

/** The server has merged attribute by attribute; of two whole states the later accepted one is the later merge. */
export function takeEntity(into: Map<string, EntityState>, state: EntityState): boolean {
  const known = into.get(state.id);
  if (known && Date.parse(known.accepted_at) > Date.parse(state.accepted_at)) return false;
  into.set(state.id, state);
  return true;
}
