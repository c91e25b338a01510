/** The one file that opens the live stream. It says what came, and when nothing came any more. */
import { url } from "../api/http";
import type { Change, EndedWhy, Gap, Gone, Snapshot } from "../api/types";

export interface Hearers {
  snapshot(data: Snapshot): void;
  change(data: Change): void;
  gone(data: Gone): void;
  /** Closed to this seat: nothing of it may be kept. */
  shut(data: Gone): void;
  gap(data: Gap): void;
  /** Something was heard: the server's clock. */
  heard(now: string | null): void;
  /** This person is no longer let in; nothing follows. */
  ended(why: EndedWhy): void;
  /** The server would not have the stream: it is down, or nobody is signed in any more. */
  refused(): void;
}

const REOPEN_FIRST_MS = 500;
const REOPEN_MOST_MS = 5_000;
/** An open stream that stays silent this long is dead, whatever the browser believes. */
const DEAD_MS = 6_000;

export class LiveStream {
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = REOPEN_FIRST_MS;
  #heardAt = 0;
  #hearers: Hearers;

  constructor(hearers: Hearers) {
    this.#hearers = hearers;
  }

  open(): void {
    this.close();
    const source = new EventSource(url("/live"));
    this.#source = source;
    this.#heardAt = Date.now();
    const on = (name: string, then: (data: never) => void) =>
      source.addEventListener(name, (event) => {
        const data = JSON.parse((event as MessageEvent<string>).data) as never;
        this.#heardAt = Date.now();
        this.#wait = REOPEN_FIRST_MS;
        this.#hearers.heard((data as { now?: string }).now ?? null);
        then(data);
      });
    on("snapshot", (data) => this.#hearers.snapshot(data));
    on("change", (data) => this.#hearers.change(data));
    on("gone", (data) => this.#hearers.gone(data));
    on("shut", (data) => this.#hearers.shut(data));
    on("gap", (data) => this.#hearers.gap(data));
    on("beat", () => undefined);
    on("ended", (data: { why: EndedWhy }) => {
      this.close();
      this.#hearers.ended(data.why);
    });
    source.addEventListener("error", () => {
      // CONNECTING: the browser tries again by itself and resumes by id; CLOSED: it has given up
      if (source.readyState !== EventSource.CLOSED || this.#source !== source) return;
      this.#hearers.refused();
      this.#again();
    });
    this.#watch(source);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #again(): void {
    this.#source?.close();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, REOPEN_MOST_MS);
  }

  #watch(source: EventSource): void {
    this.#timer = setTimeout(() => {
      if (this.#source !== source) return;
      if (Date.now() - this.#heardAt > DEAD_MS) this.#again();
      else this.#watch(source);
    }, 1000);
  }
}
