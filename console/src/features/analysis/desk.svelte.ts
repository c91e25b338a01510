/** What is being analysed at this seat: two series, how, and the newest answer. A change asks anew. */
import { type Analysis, analytics, type How, type Kept, type Kind, type Result } from "../../api/analytics";
import { ApiProblem } from "../../api/http";
import { lake, type LakeSeries } from "../../api/lake";
import { buckets } from "./figures";

const PAGE = 200;
const MOST = 2000;
const DAY_MS = 86_400_000;
const WORDS = new Set(["text", "bool", "enum"]);
export const KINDS: Kind[] = ["forecast", "baseline", "fill", "relation"];
export const STEPS = [0, 300, 900, 3600, 86_400];
export const AHEAD = [24, 48, 168];
export const BACK = [14, 60, 200, 400];

export class AnalysisDesk {
  all = $state.raw<LakeSeries[]>([]);
  first = $state.raw<LakeSeries | null>(null);
  second = $state.raw<LakeSeries | null>(null);
  /** which of the two the next press in the list chooses */
  aim = $state<"first" | "second">("first");
  kind = $state<Kind>("forecast");
  how = $state<[How, How]>(["mean", "mean"]);
  step = $state(3600);
  hours = $state(24);
  days = $state(60);
  way = $state<"linear" | "previous" | "usual">("linear");
  longest = $state(3);
  answer = $state.raw<Result | null>(null);
  kept = $state.raw<Kept[]>([]);
  busy = $state(false);
  reading = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  /** a name that was kept or put away, said once */
  done = $state("");
  #asking: AbortController | null = null;

  async start(): Promise<void> {
    await Promise.all([this.readSeries(), this.readKept()]);
  }

  async readSeries(): Promise<void> {
    this.reading = true;
    await this.#guard(async () => {
      const words = new Set((await lake.schema()).attributes.filter((a) => WORDS.has(a.kind)).map((a) => a.attribute));
      let after: string | null = null;
      let found: LakeSeries[] = [];
      do {
        const page = await lake.series({ limit: PAGE, days: 7, after });
        found = [...found, ...page.items];
        after = page.next;
      } while (after && found.length < MOST);
      // words and codes have no middle and no forecast
      this.all = found.filter((s) => !words.has(s.attribute));
    });
    this.reading = false;
  }

  choose(series: LakeSeries): void {
    const second = this.kind === "relation" && this.aim === "second" && this.first !== null;
    if (second) this.second = series;
    else this.first = series;
    // a rate and a state are averaged; only who knows that readings count something since the last may add them
    this.how = second ? [this.how[0], "mean"] : ["mean", this.how[1]];
    if (this.kind === "relation") this.aim = "second";
    void this.run();
  }

  turn(kind: Kind): void {
    this.kind = kind;
    this.answer = null;
    this.aim = kind === "relation" && this.first ? "second" : "first";
    void this.run();
  }

  get asked(): Analysis | null {
    const chosen = this.kind === "relation" ? [this.first, this.second] : [this.first];
    const series = chosen.flatMap((s, i) => (s ? [{ entity: s.entity, attribute: s.attribute, how: this.how[i] ?? "mean" }] : []));
    if (series.length < chosen.length) return null;
    const end = Date.now();
    const step = this.step || null;
    return {
      kind: this.kind,
      series,
      start: new Date(end - this.days * DAY_MS).toISOString(),
      end: new Date(end).toISOString(),
      step_s: step,
      ...(this.kind === "forecast" ? { horizon: buckets(this.hours, step ?? this.answer?.result.step_s ?? 3600) } : {}),
      ...(this.kind === "fill" ? { longest: this.longest, way: this.way } : {}),
    };
  }

  async run(): Promise<void> {
    this.#asking?.abort();
    const asked = this.asked;
    if (!asked) return;
    const mine = (this.#asking = new AbortController());
    this.busy = true;
    try {
      this.answer = await analytics.run(asked, mine.signal);
      this.problem = null;
    } catch (caught) {
      if (mine.signal.aborted) return;
      if (!(caught instanceof ApiProblem)) throw caught;
      [this.problem, this.answer] = [caught, null];
    } finally {
      if (this.#asking === mine) this.busy = false;
    }
  }

  async keep(name: string, every: number | null): Promise<boolean> {
    const asked = this.asked;
    if (!asked) return false;
    return await this.#guard(async () => {
      await analytics.keep(name, asked, every);
      this.done = name;
      await this.readKept();
    });
  }

  async drop(one: Kept): Promise<void> {
    await this.#guard(async () => {
      await analytics.drop(one.id);
      await this.readKept();
    });
  }

  async readKept(): Promise<void> {
    await this.#guard(async () => void (this.kept = (await analytics.kept()).items));
  }

  leave(): void {
    this.#asking?.abort();
  }

  async #guard(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.problem = null;
      return true;
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
      return false;
    }
  }
}
