/** A panel's query over the city as it is now. Pure. */
import type { EntityState } from "../api/types";

export interface Row {
  entity: EntityState;
  value: number;
}

/** Numbers of an attribute, divided by another where `per` is named; highest first. */
export function values(entities: Iterable<EntityState>, type: string | null, attribute: string | null, per: string | null): Row[] {
  const out: Row[] = [];
  for (const entity of entities) {
    if (type && entity.type !== type) continue;
    const of = attribute ? entity.attributes[attribute]?.value : undefined;
    const by = per ? entity.attributes[per]?.value : 1;
    if (typeof of === "number" && typeof by === "number" && by !== 0) out.push({ entity, value: of / by });
  }
  return out.sort((a, b) => b.value - a.value);
}

/** Which class of a rising scale: 0 below the first limit. */
export const classOf = (value: number, scale: readonly number[]): number => scale.filter((limit) => value >= limit).length;
