/** Who sits here. */
import { session as api } from "../api/client";
import { ApiProblem, whenSignedOut } from "../api/http";
import type { SignedIn } from "../api/types";
import { city } from "./city.svelte";
import { lookback } from "./lookback.svelte";

class Session {
  who = $state.raw<SignedIn | null>(null);
  /** asked the server already */
  known = $state(false);

  constructor() {
    whenSignedOut(() => this.#left());
  }

  get mayAct(): boolean {
    return this.who?.user.permissions.includes("act") ?? false;
  }

  /** At start: is there a session? The stream opens beside the question, so that the queue is on screen sooner. */
  async start(): Promise<void> {
    try {
      this.who = await api.read();
      city.open();
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.who = null;
    } finally {
      this.known = true;
    }
  }

  async enter(user: string, password: string): Promise<void> {
    this.who = await api.open(user, password);
    city.open();
  }

  async leave(): Promise<void> {
    try {
      await api.end();
    } finally {
      this.#left();
    }
  }

  #left(): void {
    this.who = null;
    lookback.leave();
    city.close();
  }
}

export const session = new Session();
