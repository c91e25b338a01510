/** What the parts of a space are called before people. */
import type { Space } from "../../api/advice";
import { t } from "../../i18n";
import { plain } from "../../ui/text";
import type { Part } from "./draft";

export const keyOf = ({ kind, index, ring }: Part): string => `${kind} ${index} ${ring}`;
export function partCalled(key: string): Part {
  const [kind, index, ring] = key.split(" ");
  return { kind: kind as Part["kind"], index: Number(index), ring: Number(ring) };
}
export function called(space: Space, { kind, index, ring }: Part): string {
  const w = t.space;
  if (ring) return w.hole(ring);
  if (kind === "way") return plain(space.ways[index]?.name || space.ways[index]?.id || "", 60);
  if (kind === "zone") return plain(space.zones[index]?.name || space.zones[index]?.id || "", 60);
  return kind === "walkable" ? w.outline(index + 1) : w.obstacle(index + 1);
}
