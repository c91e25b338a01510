/** Things that are named but not in the picture: over and done, or closed to this room? Asked once each. */
import { alerts as alertsApi } from "../api/client";
import { ApiProblem } from "../api/http";
import { city } from "./city.svelte";

export type Why = "asking" | "known" | "closed to us" | "gone";

class Closed {
  #why = $state.raw<ReadonlyMap<string, Why>>(new Map());

  /** Why the alert is not in the picture; "asking" until it is known. */
  why(alert: string): Why {
    return this.#why.get(alert) ?? "asking";
  }

  look(alerts: readonly string[]): void {
    for (const id of alerts) if (!this.#why.has(id)) void this.#ask(id);
  }

  /** What was closed may be open now: asked again when it is looked at. */
  forget(id: string): void {
    this.#why = new Map([...this.#why].filter(([known]) => known !== id));
  }

  #set(id: string, why: Why): void {
    this.#why = new Map([...this.#why, [id, why]]);
  }

  async #ask(id: string): Promise<void> {
    this.#set(id, "asking");
    try {
      city.put({ alert: await alertsApi.read(id) });
      this.#set(id, "known");
    } catch (caught) {
      this.#set(id, caught instanceof ApiProblem && caught.status === 403 ? "closed to us" : "gone");
    }
  }
}

export const closed = new Closed();
