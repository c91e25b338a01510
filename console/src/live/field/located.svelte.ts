/** Where this phone is: asked of it only while somebody consents on a task, sent at most every 15 s. */
import { field, type On } from "../../api/field";
import { ApiProblem } from "../../api/http";

export const EVERY_MS = 15_000;
export interface Fix {
  lon: number;
  lat: number;
  accuracy_m: number;
}
export type Trouble = "refused by the phone" | "not found" | null;
type Phone = Pick<Geolocation, "watchPosition" | "clearWatch">;

export class Located {
  /** for the map on this phone; gone as soon as nobody consents */
  fix = $state.raw<Fix | null>(null);
  trouble = $state<Trouble>(null);
  #on: On[] = [];
  #watch: number | null = null;
  #sentAt = -Infinity;
  #sending = false;

  constructor(
    private readonly phone: () => Phone | undefined = () => navigator.geolocation,
    private readonly send: (on: On, fix: Fix) => Promise<unknown> = field.position,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The tasks with consent, as they now stand; none: the phone is not asked any more, what it said is forgotten. */
  follow(on: On[]): void {
    this.#on = on;
    if (!on.length) this.#stop();
    else if (this.#watch === null) this.#start();
  }

  /** Between two fixes of a phone that lies still there may be minutes: the last one is sent again. */
  async tick(): Promise<void> {
    const fix = this.fix;
    if (!fix || this.#sending || !this.#on.length || this.now() - this.#sentAt < EVERY_MS) return;
    this.#sentAt = this.now();
    this.#sending = true;
    try {
      for (const on of [...this.#on]) await this.send(on, fix);
    } catch (caught) {
      // a position that did not arrive is not kept for later: it would be a track
      if (!(caught instanceof ApiProblem) && !(caught instanceof DOMException)) throw caught;
    } finally {
      this.#sending = false;
    }
  }

  #start(): void {
    const phone = this.phone();
    if (!phone) return void (this.trouble = "not found");
    this.#watch = phone.watchPosition(
      ({ coords }) => {
        if (this.#watch === null) return;
        [this.trouble, this.fix] = [null, { lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.min(coords.accuracy, 100_000) }];
        void this.tick();
      },
      (error) => void (this.trouble = error.code === 1 ? "refused by the phone" : "not found"),
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: 30_000 },
    );
  }

  #stop(): void {
    if (this.#watch !== null) this.phone()?.clearWatch(this.#watch);
    [this.#watch, this.fix, this.trouble, this.#sentAt] = [null, null, null, -Infinity];
  }
}
