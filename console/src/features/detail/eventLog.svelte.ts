/** The events of the alert in hand, read again whenever it moves on. */
import { alerts } from "../../api/client";
import type { AlertEvent } from "../../api/types";

export class EventLog {
  of = $state<string | null>(null);
  events = $state.raw<AlertEvent[]>([]);
  #version = 0;
  #asked: AbortController | null = null;

  follow(id: string, version: number): void {
    if (this.of === id && this.#version === version) return;
    if (this.of !== id) this.events = [];
    this.of = id;
    this.#version = version;
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    alerts.events(id, asked.signal).then(
      (page) => {
        if (!asked.signal.aborted) this.events = page.items;
      },
      () => undefined, // the marks on the alert itself still say who did what
    );
  }
}
