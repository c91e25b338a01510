/** Who sits here. */
import { session as api } from "../api/client";
import { ApiProblem, whenSignedOut } from "../api/http";
import type { EndedWhy, SignedIn } from "../api/types";
import { city } from "./city.svelte";
import { inField } from "./field/place";
import { kept } from "./field/store";
import { homeOf } from "./home";
import { lookback } from "./lookback.svelte";
import { endPushes } from "./push";
import { greet, part } from "./speech";

class Session {
  who = $state.raw<SignedIn | null>(null);
  /** asked the server already */
  known = $state(false);
  /** the server answered when it was last asked who sits here */
  reached = $state(true);

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
      this.reached = true;
      this.#look();
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.who = null;
      this.reached = caught.status !== 0 && caught.status < 500;
    } finally {
      this.known = true;
    }
  }

  async enter(user: string, password: string, code?: string): Promise<void> {
    this.who = await greet(await api.open(user, password, code));
    this.why = null;
    this.reached = true;
    this.#look();
  }

  /** The picture of the city, for those who may see it and are not in the field. */
  #look(): void {
    if (!inField && !this.responder) city.open();
  }

  /** Has tasks and no picture: their page is the field. */
  get responder(): boolean {
    return this.who !== null && homeOf(this.who.user) === "field";
  }

  /** What was to be sent found another person here, or nobody. */
  expired(): void {
    if (this.who) this.#left("session ended");
  }

  /** Another room's picture is another picture: the one on screen goes, that one comes. */
  async sit(organisation: string): Promise<void> {
    this.who = await api.sit(organisation);
    lookback.leave();
    city.close();
    this.#look();
  }

  async leave(): Promise<void> {
    try {
      await endPushes();
      await api.end();
      await kept.forget();
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
