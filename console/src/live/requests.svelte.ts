/** Access requests that wait, as the stream tells of them. */
import type { AccessRequest } from "../api/types";
import { city } from "./city.svelte";
import { session } from "./session.svelte";

class Requests {
  readonly #open = $derived([...city.requests.values()].filter((r) => r.state === "open").sort((a, b) => a.id.localeCompare(b.id)));

  /** Those that this room decides about: of its own things, and of what nobody owns. */
  get mine(): AccessRequest[] {
    const here = session.who?.user.organisation ?? "";
    return this.#open.filter((r) => r.room !== here && (r.owner === here || r.owner === ""));
  }
  /** Those that this room asked. */
  get asked(): AccessRequest[] {
    const here = session.who?.user.organisation ?? "";
    return this.#open.filter((r) => r.room === here);
  }
}

export const requests = new Requests();
