/** What every screen reads: one shape, two sources (the live stream, or a moment looked back at). Never both at once. */
import type { Alert, EntityState, Incident } from "../api/types";

export interface Picture {
  readonly entities: ReadonlyMap<string, EntityState>;
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly incidents: ReadonlyMap<string, Incident>;
  /** moves on whenever entities were laid in: they may be laid into one map that stays the same object */
  readonly turnOfEntities: number;
}

export const byId = <T extends { id: string }>(items: readonly T[]): ReadonlyMap<string, T> => new Map(items.map((item) => [item.id, item]));
