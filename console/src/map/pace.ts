/**
 * A map that cannot keep up with the hand is drawn coarser while it moves, and sharp again when it rests.
 *
 * Without a graphics processor each pixel costs; half the points each way are a quarter of the work.
 */
import type { Map as GlMap } from "maplibre-gl";

/** of one frame: beyond it the map drags behind the hand */
const SLOW_MS = 45;
const COARSE = 0.5;
/** a pause between two movements of one gesture is no rest */
const REST_MS = 250;
const FRAMES = 3;

/** Whether the last few frames of a movement were slow; until there are so many, whether those before were. */
export class Pace {
  slow = false;
  #times: number[] = [];

  /** `at`: when a frame was drawn, ms */
  frame(at: number): void {
    this.#times = [...this.#times, at].slice(-FRAMES - 1);
    const [first = at] = this.#times;
    if (this.#times.length > FRAMES) this.slow = (at - first) / FRAMES > SLOW_MS;
  }

  rest(): void {
    this.#times = [];
  }
}

/** Watches a map until it is removed. */
export function keepPace(map: GlMap): void {
  const pace = new Pace();
  let coarse = false;
  let resting: ReturnType<typeof setTimeout> | undefined;
  const draw = (coarsely: boolean): void => {
    if (coarse === coarsely) return;
    coarse = coarsely;
    // what setPixelRatio does, but for ending the gesture that the hand is in (map.ts, resize)
    map._overridePixelRatio = globalThis.devicePixelRatio * (coarse ? COARSE : 1);
    map._resizeInternal();
  };
  map.on("render", () => {
    if (map.isMoving()) pace.frame(performance.now());
  });
  // before a frame is drawn: a canvas whose size changes after it would be empty until the next
  map.on("move", () => {
    if (pace.slow) draw(true);
  });
  map.on("movestart", () => clearTimeout(resting));
  map.on("moveend", () => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      pace.rest();
      if (!coarse) return;
      draw(false);
      map.redraw();
    }, REST_MS);
  });
  map.on("remove", () => clearTimeout(resting));
}
