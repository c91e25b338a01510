/** Open proposals of correlation. They are not in the live picture: asked again shortly after alerts or incidents changed. */
import type { Proposal } from "../api/types";
import { proposals as api } from "../api/work";
import { city } from "./city.svelte";
import { Asked } from "./asked";

class Proposals {
  all = $state.raw<readonly Proposal[]>([]);
  #asked = new Asked(async () => {
    this.all = (await api.open()).items;
  });

  /** To be called in an effect: follows the picture. */
  follow(): void {
    void city.alerts;
    void city.incidents;
    if (city.ready) this.#asked.soon();
  }
  async again(): Promise<void> {
    await this.#asked.now();
  }
}

export const proposals = new Proposals();
