/** A space under the hand: its parts, their corners, what is added and taken away. Pure; rings are closed in the space and open here. */
import type { Space, Way, Zone } from "../../api/advice";

export type Place = [number, number];
type Polygon = Place[][];
export type PartKind = "walkable" | "obstacle" | "way" | "zone";
/** `ring`: 0 is the outline, then holes. */
export interface Part {
  kind: PartKind;
  index: number;
  ring: number;
}

export const blank = (): Space => ({ id: "", name: "", walkable: [], ways: [], obstacles: [], zones: [] });
export const same = (a: Part | null, b: Part | null): boolean => a?.kind === b?.kind && a?.index === b?.index && a?.ring === b?.ring;
/** Fewer corners are no shape; a way may be its middle alone. */
export const least = (part: Part): number => (part.kind === "way" ? 1 : 3);
export const most = (part: Part): number => (part.kind === "way" ? 2 : Infinity);

const open = (ring: readonly Place[]): Place[] => {
  const [first, last] = [ring[0], ring.at(-1)];
  return ring.length > 1 && first && last && first[0] === last[0] && first[1] === last[1] ? ring.slice(0, -1) : [...ring];
};
const closed = (places: readonly Place[]): Place[] => (places[0] ? [...places, places[0]] : []);

function polygons(space: Space, kind: PartKind): Polygon[] {
  if (kind === "walkable") return space.walkable;
  if (kind === "obstacle") return space.obstacles;
  return kind === "zone" ? space.zones.map((zone) => zone.polygon) : [];
}
const swap = <T>(all: readonly T[], at: number, one: T): T[] => all.map((old, n) => (n === at ? one : old));
const without = <T>(all: readonly T[], at: number): T[] => all.filter((_, n) => n !== at);

export function parts(space: Space): Part[] {
  const rings = (kind: PartKind): Part[] => polygons(space, kind).flatMap((polygon, index) => polygon.map((_, ring): Part => ({ kind, index, ring })));
  return [...rings("walkable"), ...rings("obstacle"), ...space.ways.map((_, index): Part => ({ kind: "way", index, ring: 0 })), ...rings("zone")];
}
export function corners(space: Space, part: Part): Place[] {
  if (part.kind === "way") return space.ways[part.index]?.line ?? [];
  return open(polygons(space, part.kind)[part.index]?.[part.ring] ?? []);
}
/** Raises nothing: a part that is not there changes nothing. */
export function withCorners(space: Space, part: Part, places: readonly Place[]): Space {
  if (part.kind === "way") {
    const way = space.ways[part.index];
    return way ? { ...space, ways: swap(space.ways, part.index, { ...way, line: places.slice(0, 2) }) } : space;
  }
  const polygon = polygons(space, part.kind)[part.index];
  return polygon ? withPolygon(space, part, swap(polygon, part.ring, closed(places))) : space;
}
function withPolygon(space: Space, { kind, index }: Part, polygon: Polygon): Space {
  if (kind === "walkable") return { ...space, walkable: swap(space.walkable, index, polygon) };
  if (kind === "obstacle") return { ...space, obstacles: swap(space.obstacles, index, polygon) };
  const zone = space.zones[index];
  return zone ? { ...space, zones: swap(space.zones, index, { ...zone, polygon }) } : space;
}

/** The next of `stem-1`, `stem-2` … that no way and no zone has. */
function freeId(space: Space, stem: string): string {
  const taken = new Set([...space.ways, ...space.zones].map((one) => one.id));
  for (let n = 1; ; n++) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`;
}
/** With one more part, still without corners; `name` of a way or zone. */
export function added(space: Space, kind: Exclude<PartKind, "way"> | Way["kind"], name: (n: number) => string): { space: Space; part: Part } {
  if (kind === "walkable") return { space: { ...space, walkable: [...space.walkable, [[]]] }, part: { kind, index: space.walkable.length, ring: 0 } };
  if (kind === "obstacle") return { space: { ...space, obstacles: [...space.obstacles, [[]]] }, part: { kind, index: space.obstacles.length, ring: 0 } };
  const id = freeId(space, kind);
  const n = Number(id.slice(kind.length + 1));
  if (kind === "zone") {
    const zone: Zone = { id, name: name(n), polygon: [[]], people: null, share: null };
    return { space: { ...space, zones: [...space.zones, zone] }, part: { kind, index: space.zones.length, ring: 0 } };
  }
  const way: Way = { id, name: name(n), line: [], width_m: 4, kind, open: true, leads_to: "", accessible: kind !== "stairs", inside: false, width_source: "" };
  return { space: { ...space, ways: [...space.ways, way] }, part: { kind: "way", index: space.ways.length, ring: 0 } };
}
export function removed(space: Space, part: Part): Space {
  if (part.kind === "way") return { ...space, ways: without(space.ways, part.index) };
  const polygon = polygons(space, part.kind)[part.index];
  if (part.ring && polygon) return withPolygon(space, part, without(polygon, part.ring));
  if (part.kind === "walkable") return { ...space, walkable: without(space.walkable, part.index) };
  if (part.kind === "obstacle") return { ...space, obstacles: without(space.obstacles, part.index) };
  return { ...space, zones: without(space.zones, part.index) };
}
export const withWay = (space: Space, index: number, more: Partial<Way>): Space => ({ ...space, ways: space.ways.map((way, n) => (n === index ? { ...way, ...more } : way)) });
export const withZone = (space: Space, index: number, more: Partial<Zone>): Space => ({ ...space, zones: space.zones.map((zone, n) => (n === index ? { ...zone, ...more } : zone)) });

/** The first part that is no shape yet: nothing is checked or kept before it is one. */
export const unfinished = (space: Space): Part | null => parts(space).find((part) => corners(space, part).length < least(part)) ?? null;

/** What a defect speaks of, by its id, or the first of its kind. */
export function partOf(space: Space, named: string): Part | null {
  const way = space.ways.findIndex((one) => one.id === named);
  if (way >= 0) return { kind: "way", index: way, ring: 0 };
  const zone = space.zones.findIndex((one) => one.id === named || one.name === named);
  if (zone >= 0) return { kind: "zone", index: zone, ring: 0 };
  return parts(space).find((part) => part.kind === named) ?? null;
}

/** The middle of the box around the outlines: where a plan in metres has its origin, as the server writes it. */
export function anchor(space: Space): Place {
  const places = space.walkable.flatMap((polygon) => polygon[0] ?? []);
  const middle = (k: 0 | 1): number => (Math.min(...places.map((p) => p[k])) + Math.max(...places.map((p) => p[k]))) / 2;
  return [middle(0), middle(1)];
}
/** The origin that the name of a file tells, as `square@24.9414,60.1710.wkt`. */
export function anchorIn(name: string): Place | null {
  const hit = /@(-?[\d.]+),(-?[\d.]+)\.(wkt|txt)$/i.exec(name);
  return hit ? [Number(hit[1]), Number(hit[2])] : null;
}

/** An id that says the name: letters and digits of plain Latin, else `space`. */
export function idOf(name: string, taken: ReadonlySet<string>): string {
  const slug = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "space";
  if (!taken.has(slug)) return slug;
  for (let n = 2; ; n++) if (!taken.has(`${slug}-${n}`)) return `${slug}-${n}`;
}
