/**
 * A question asked again while things change: at once the first time, then at most every `every` ms, and once more
 * after the last change. What the picture does not carry is kept up with so.
 */
const EVERY_MS = 2_000;
/** the stage behind the answer works on the same change: give it a moment */
const SETTLE_MS = 400;

export class Asked {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at = -Infinity;
  #ask: () => Promise<void>;
  #every: number;

  constructor(ask: () => Promise<void>, every = EVERY_MS) {
    this.#ask = ask;
    this.#every = every;
  }

  soon(): void {
    if (this.#timer) return;
    const wait = Math.max(SETTLE_MS, this.#at + this.#every - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.now();
    }, wait);
  }

  async now(): Promise<void> {
    this.#at = performance.now();
    try {
      await this.#ask();
    } catch {
      // what was known stays; the next change asks again
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
