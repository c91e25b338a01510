/** What this city has seen so far, for whoever sets it up: the live picture, and what was there before it. */
import { organisations, people } from "../api/admin";
import { alerts } from "../api/client";
import { ApiProblem } from "../api/http";
import type { Alert, EntityState } from "../api/types";
import { earliest, type Facts, heard } from "./begun";
import { city } from "./city.svelte";

class Begun {
  /** one that came and went before this page was opened */
  #before = $state.raw<Alert | null>(null);
  people = $state(1);
  rooms = $state(1);
  /** asked once: until then nothing is said to be missing */
  asked = $state(false);

  async ask(): Promise<void> {
    try {
      const [past, who, where] = await Promise.all([alerts.list({ state: "all", limit: 1 }), people.list(), organisations.list()]);
      this.#before = past.items[0] ?? null;
      this.people = who.items.filter((person) => !person.disabled_at).length;
      this.rooms = where.items.filter((room) => !room.removed_at && !room.partner).length;
      this.asked = true;
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      // the steps wait; the page that is open has said why
    }
  }

  get facts(): Facts {
    return { name: city.status?.city ?? "", entities: city.entities.size, alerts: city.alerts.size || Number(this.#before !== null), people: this.people };
  }
  /** The sensor that speaks, preferably this one. */
  sensor(expected: string): EntityState | null {
    return heard(city.entities, expected);
  }
  get alert(): Alert | null {
    return earliest(city.alerts.values()) ?? this.#before;
  }
}

export const begun = new Begun();
