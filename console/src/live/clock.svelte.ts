/** The server's clock, not the seat's: ages and expiries are reckoned on it. */
class Clock {
  /** ms since 1970, moved on every quarter second */
  now = $state(Date.now());
  /** when the stream last said anything, on the seat's own steady clock */
  heardAt = $state(0);
  /** ms since the last message; above 2,000 the picture is stale */
  silence = $state(0);
  #offset = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    if (!this.#timer) this.#timer = setInterval(() => this.tick(), 250);
  }

  tick(): void {
    this.now = Date.now() + this.#offset;
    this.silence = this.heardAt ? performance.now() - this.heardAt : 0;
  }

  heard(serverNow: string | null): void {
    this.heardAt = performance.now();
    if (!serverNow) return;
    const offset = Date.parse(serverNow) - Date.now();
    // a late message may not push the clock back and forth
    if (Math.abs(offset - this.#offset) > 250) this.#offset = offset;
  }

  /** The time of this browser's clock, put into the server's. */
  server(at: number): number {
    return at + this.#offset;
  }
}

export const clock = new Clock();
