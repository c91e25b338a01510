/** Pictures of earlier moments, asked for once and held for a while: looking back and playing ask for the same ones again. */
import { picture as api } from "../api/client";
import type { PastPicture } from "../api/types";

/** Moments are whole multiples of this: everybody asks for the same ones, so that they can be kept. */
export const STEP_MS = 10_000;
const HELD = 16;
/** what was taken in or decided then may still be on its way into the store */
const UNSETTLED_MS = 15_000;

export const onStep = (at: number, step = STEP_MS): number => Math.floor(at / step) * step;

export class Moments {
  #held = new Map<number, { asked: Promise<PastPicture>; until: number }>();
  #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The picture of a moment; one that is on its way is not asked for twice. */
  read(at: number): Promise<PastPicture> {
    const known = this.#held.get(at);
    if (known && known.until > this.#now()) return known.asked;
    const asked = api.at(new Date(at).toISOString());
    const held = { asked, until: Infinity };
    this.#held.delete(at);
    this.#held.set(at, held);
    asked.then(
      (picture) => void (held.until = picture.final ? Infinity : this.#now() + UNSETTLED_MS),
      () => void (this.#held.get(at) === held && this.#held.delete(at)),
    );
    for (const oldest of this.#held.keys()) if (this.#held.size > HELD) this.#held.delete(oldest);
    return asked;
  }

  /** Nothing is kept of what another person was shown. */
  clear(): void {
    this.#held.clear();
  }
}
