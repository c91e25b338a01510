/** Who sits here. */
import { session as api } from "../api/client";
import { ApiProblem, whenSignedOut } from "../api/http";
import type { EndedWhy, SignedIn } from "../api/types";
import { city } from "./city.svelte";
import { lookback } from "./lookback.svelte";
import { greet, part } from "./speech";

class Session {
  who = $state.raw<SignedIn | null>(null);
  /** asked the server already */
  known = $state(false);

  /** why this seat was left, where it was not the person's own doing */
  why = $state.raw<EndedWhy | null>(null);

  constructor() {
    whenSignedOut(() => this.who && this.#left("session ended"));
    city.whenEnded((why) => this.#left(why));
  }

  get mayAct(): boolean {
    return this.may("act");
  }

  /** Here and now, in this seat. The server decides; the console only hides. */
  may(permission: string): boolean {
    return this.who?.user.permissions.includes(permission) ?? false;
  }

  /** At start: is there a session? The stream opens beside the question, so that the queue is on screen sooner. */
  async start(): Promise<void> {
    try {
      this.who = await greet(await api.read());
      city.open();
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.who = null;
    } finally {
      this.known = true;
    }
  }

  async enter(user: string, password: string, code?: string): Promise<void> {
    this.who = await greet(await api.open(user, password, code));
    this.why = null;
    city.open();
  }

  /** Another room's picture is another picture: the one on screen goes, that one comes. */
  async sit(organisation: string): Promise<void> {
    this.who = await api.sit(organisation);
    lookback.leave();
    city.close();
    city.open();
  }

  async leave(): Promise<void> {
    try {
      await api.end();
    } finally {
      part();
      this.#left();
    }
  }

  #left(why: EndedWhy | null = null): void {
    this.who = null;
    this.why = why;
    lookback.leave();
    city.close();
  }
}

export const session = new Session();
