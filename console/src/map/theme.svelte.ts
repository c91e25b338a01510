/** What is drawn outside CSS takes the colours of the seat's theme. */
import type { Map as GlMap } from "maplibre-gl";
import { settings } from "../ui/settings.svelte";
import { TILES } from "./archive";
import { mapStyle } from "./style";
import { readTokens } from "./tokens";

/** Draws the ground anew when the theme has changed. Called while a component is made; `map`: null until it is there. */
export function followTheme(map: () => GlMap | null | undefined): void {
  let theme = settings.seat.theme;
  $effect(() => {
    const drawn = map();
    if (settings.seat.theme === theme || !drawn) return;
    theme = settings.seat.theme;
    drawn.setStyle(mapStyle(readTokens(), TILES), { diff: false });
  });
}
