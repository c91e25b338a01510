/** What is asked of a space, as the form holds it. Pure. */
import type { Asked, Geometry, Space, Threat } from "../../api/advice";

/** What is not in the form (a kept plan may ask more) stays as it is. */
export interface Question extends Omit<Asked, "space" | "detail" | "crowd"> {
  /** null: the counters on the space say how many there are */
  crowd: number | null;
  zones: Record<string, number>;
  widen_m: Record<string, number>;
  wheelchairs_share: number;
  compliance_share: number;
}
export const BLANK: Question = { crowd: 1000, zones: {}, close: [], open: [], widen_m: {}, threats: [], wheelchairs_share: 0, compliance_share: 0.7 };

/** A question as it was kept. */
export function question(kept: Readonly<Record<string, unknown>>): Question {
  const asked: Partial<Asked> = { ...kept };
  delete asked.space;
  delete asked.detail;
  return { ...BLANK, ...asked, crowd: asked.crowd ?? null };
}

export function request(space: string, { crowd, ...asked }: Question): Asked {
  return { space, ...asked, ...(crowd === null ? {} : { crowd }), threats: asked.threats.filter(placed) };
}

const figures = (one: Question): number[] => [one.crowd ?? 0, one.wheelchairs_share, one.compliance_share, ...Object.values(one.zones), ...Object.values(one.widen_m)];
/** A field that is half written asks nothing. */
export const sound = (one: Question): boolean => figures(one).every((n) => n >= 0) && one.wheelchairs_share <= 1;

/** A way is as the space has it, or the other way round. */
export function turned(space: Space, asked: Question, id: string): Pick<Question, "close" | "open"> {
  const flip = (list: string[]): string[] => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
  const way = space.ways.find((one) => one.id === id);
  return { close: way?.open ? flip(asked.close) : asked.close, open: way && !way.open ? flip(asked.open) : asked.open };
}
export const isOpen = (space: Space, asked: Question, id: string): boolean => asked.open.includes(id) || (!asked.close.includes(id) && space.ways.find((one) => one.id === id)?.open === true);

/** Without the entry where the value is none, or what it was anyway. */
export function put(all: Readonly<Record<string, number>>, key: string, value: number, was?: number): Record<string, number> {
  const others = Object.fromEntries(Object.entries(all).filter(([one]) => one !== key));
  return Number.isFinite(value) && value >= 0 && value !== was ? { ...others, [key]: value } : others;
}

export type Place = [number, number];
export const placesOf = (g: Geometry): Place[] => (g.type === "Point" ? [g.coordinates] : g.type === "LineString" ? g.coordinates : g.type === "Polygon" ? (g.coordinates[0] ?? []) : (g.coordinates[0]?.[0] ?? []));
/** It has as many places as it needs: a path that begins nowhere threatens nobody yet. */
export const placed = (threat: Threat): boolean => threat.kind === "area" || threat.kind === "plume" || placesOf(threat.place).length > 1;
export const moves = (threat: Threat): boolean => threat.kind === "path" || threat.kind === "vehicle";

/** Where a press puts it: there, or its path goes on to there. */
export function pressed(threat: Threat, lon: number, lat: number): Threat {
  if (!moves(threat)) return { ...threat, place: { type: "Point", coordinates: [lon, lat] } };
  return { ...threat, place: { type: "LineString", coordinates: [...placesOf(threat.place), [lon, lat]] } };
}
/** Something that does not move begins in the middle of the space; a path begins where it is drawn. */
export function threat(kind: Threat["kind"], at: Place): Threat {
  return kind === "area" ? { kind, place: { type: "Point", coordinates: at }, radius_m: 20, spread_mps: 0 } : { kind, place: { type: "LineString", coordinates: [] }, radius_m: 10, speed_mps: kind === "vehicle" ? 8 : 1.5 };
}
export function middle(space: Space): Place {
  const ring = space.walkable[0]?.[0]?.slice(1) ?? [];
  const mean = (k: 0 | 1): number => Math.round((1e6 * ring.reduce((sum, p) => sum + p[k], 0)) / (ring.length || 1)) / 1e6;
  return [mean(0), mean(1)];
}
