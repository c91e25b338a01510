/** Access requests that wait for this room, asked for every half minute and whenever one was decided here. */
import { type AccessRequest, requests as api } from "../api/sharing";
import { ApiProblem } from "../api/http";
import { session } from "./session.svelte";

const EVERY_MS = 30_000;

class Requests {
  all = $state.raw<readonly AccessRequest[]>([]);
  /** why they could not be read */
  problem = $state.raw<ApiProblem | null>(null);

  /** Those that this room decides about. */
  get mine(): AccessRequest[] {
    const here = session.who?.user.organisation ?? "";
    return this.all.filter((r) => r.state === "open" && (r.owner === here || (r.owner === "" && r.room !== here)));
  }
  /** Those that this room asked. */
  get asked(): AccessRequest[] {
    const here = session.who?.user.organisation ?? "";
    return this.all.filter((r) => r.room === here);
  }

  start(): () => void {
    void this.read();
    const timer = setInterval(() => void this.read(), EVERY_MS);
    return () => clearInterval(timer);
  }

  async read(): Promise<void> {
    try {
      this.all = (await api.open()).items;
      this.problem = null;
    } catch (caught) {
      this.problem = caught instanceof ApiProblem ? caught : null;
    }
  }
}

export const requests = new Requests();
