/** What is wrong with a space while it is drawn; an answer about what has changed since is never shown. */
import { type Defect, type Space, spaces } from "../../api/advice";
import { ApiProblem } from "../../api/http";
import { unfinished } from "./draft";

/** a hand that drags asks when it rests */
const WAIT_MS = 300;

export class Checking {
  defects = $state.raw<readonly Defect[]>([]);
  /** the defects are of what stands there now */
  done = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  #asking: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get grave(): number {
    return this.defects.filter((one) => one.grave).length;
  }
  later(space: Space): void {
    this.stop();
    this.done = false;
    this.#timer = setTimeout(() => void this.ask(space), WAIT_MS);
  }
  async ask(space: Space): Promise<void> {
    this.stop();
    this.done = false;
    if (unfinished(space)) return void (this.defects = []);
    const mine = (this.#asking = new AbortController());
    // a name and an id are asked for when it is kept
    const named = { ...space, id: space.id || "new", name: space.name.trim() || "…" };
    try {
      const { defects } = await spaces.check(named, mine.signal);
      if (mine.signal.aborted) return;
      this.defects = defects;
      this.done = true;
      this.problem = null;
    } catch (caught) {
      if (mine.signal.aborted) return;
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
    }
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }
}
