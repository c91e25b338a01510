/** The colours of the theme now in force, for what is drawn outside CSS. */
const NAMES = [
  "map-ground", "map-street", "map-street-edge", "map-square", "map-building", "map-building-edge", "map-green", "map-water", "map-rail", "map-tram", "map-label", "map-halo", "map-mark",
  "dens-1", "dens-2", "dens-3", "dens-4", "dens-5", "dens-6", "panel", "text", "text-2", "focus", "line-strong", "advice",
  "sev-critical-fill", "sev-high-fill", "sev-medium-fill", "sev-low-fill", "sev-critical-wash", "sev-high-wash", "sev-medium-wash", "sev-low-wash",
] as const;
export type MapTokens = Record<(typeof NAMES)[number], string>;

export function readTokens(root: Element = document.documentElement): MapTokens {
  const style = getComputedStyle(root);
  return Object.fromEntries(NAMES.map((name) => [name, modern(style.getPropertyValue(`--${name}`).trim())])) as MapTokens;
}

/** rgb(1 2 3 / .5) -> rgba(1,2,3,.5), which the map's colour parser reads. */
export function modern(colour: string): string {
  const hit = /^rgb\(\s*(\d+)\s+(\d+)\s+(\d+)\s*\/\s*([\d.]+)\s*\)$/.exec(colour);
  return hit ? `rgba(${hit[1] ?? 0},${hit[2] ?? 0},${hit[3] ?? 0},${hit[4] ?? 1})` : colour;
}
