/** What is planned at this seat: a space, a crowd, what is shut, what threatens; a change asks anew. No incident is touched. */
import { type Advice, advice, type Asked, type Measure, type OfferedPlan, type Space, type SpaceCard, spaces } from "../../api/advice";
import { ApiProblem } from "../../api/http";

/** typed digits are one question, not one each */
const WAIT_MS = 350;

export class PlanningDesk {
  cards = $state.raw<SpaceCard[]>([]);
  plans = $state.raw<OfferedPlan[]>([]);
  space = $state.raw<Space | null>(null);
  version = $state(0);
  /** null: the counters on the space say how many there are */
  crowd = $state<number | null>(1000);
  close = $state.raw<string[]>([]);
  open = $state.raw<string[]>([]);
  threat = $state.raw<{ lon: number; lat: number; radius: number } | null>(null);
  answer = $state.raw<Advice | null>(null);
  /** of the answer before the newest, to say what a change was worth */
  before = $state<number | null>(null);
  busy = $state(false);
  ready = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  done = $state("");
  /** what a kept plan asked beyond what can be changed here: it is asked again as it was */
  #whole: Partial<Asked> = {};
  #chosen = 0;
  #asking: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get asked(): Asked | null {
    if (!this.space || (this.crowd !== null && !(this.crowd >= 0))) return null;
    const { threat } = this;
    const own: Asked["threats"] = threat ? [{ kind: "area", place: { type: "Point", coordinates: [threat.lon, threat.lat] }, radius_m: threat.radius }] : [];
    return { ...this.#whole, space: this.space.id, ...(this.crowd === null ? {} : { crowd: this.crowd }), close: this.close, open: this.open, threats: [...(this.#whole.threats ?? []), ...own] };
  }

  async start(id: string | null): Promise<void> {
    await this.#guard(async () => {
      this.cards = (await spaces.list()).items;
      const first = this.cards.find((one) => one.id === id) ?? this.cards[0];
      if (first) await this.choose(first.id);
    });
    this.ready = true;
  }

  async choose(id: string): Promise<void> {
    const mine = ++this.#chosen;
    await this.#guard(async () => {
      const kept = await spaces.get(id);
      if (mine !== this.#chosen) return;
      this.space = kept.space;
      this.version = kept.version;
      this.#fresh();
      this.plans = (await advice.plans({ space: id })).items;
      await this.ask();
    });
  }

  /** A way is as the space has it, or the other way round. */
  turn(id: string): void {
    const way = this.space?.ways.find((one) => one.id === id);
    if (!way) return;
    const flip = (list: string[]): string[] => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
    if (way.open) this.close = flip(this.close);
    else this.open = flip(this.open);
    void this.ask();
  }
  isOpen(id: string): boolean {
    return this.open.includes(id) || (!this.close.includes(id) && this.space?.ways.find((one) => one.id === id)?.open === true);
  }
  tryOut(measure: Measure): void {
    this.turn(measure.id);
  }
  threaten(threat: { lon: number; lat: number; radius: number } | null): void {
    this.threat = threat;
    this.later();
  }
  later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.ask(), WAIT_MS);
  }

  async ask(): Promise<void> {
    clearTimeout(this.#timer);
    const { asked } = this;
    if (!asked) return;
    this.#asking?.abort();
    const mine = (this.#asking = new AbortController());
    this.busy = true;
    const had = this.answer;
    // what stands there answers another question: it must not be kept or printed as this one's
    const told = await this.#guard(async () => {
      const answer = await advice.whatIf(asked, mine.signal);
      if (mine !== this.#asking) return;
      this.before = had?.plan.space === answer.plan.space ? had.plan.clearing_s : null;
      this.answer = answer;
    });
    if (mine !== this.#asking) return;
    if (!told) this.answer = null;
    this.busy = false;
  }

  async save(name: string): Promise<boolean> {
    const { asked } = this;
    if (!asked) return false;
    return this.#guard(async () => {
      await advice.save(name, asked);
      this.plans = (await advice.plans({ space: asked.space })).items;
      this.done = name;
    });
  }
  /** As it was saved, asked of today's space. */
  async take(plan: OfferedPlan): Promise<void> {
    const request = plan.saved.request as unknown as Partial<Asked>;
    this.#fresh();
    this.#whole = request;
    this.crowd = request.crowd ?? null;
    this.close = request.close ?? [];
    this.open = request.open ?? [];
    await this.ask();
  }
  async drop(plan: OfferedPlan): Promise<void> {
    await this.#guard(async () => {
      await advice.drop(plan.saved.id);
      this.plans = this.plans.filter((one) => one.saved.id !== plan.saved.id);
    });
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #fresh(): void {
    this.close = [];
    this.open = [];
    this.threat = null;
    this.#whole = {};
    this.answer = null;
    this.before = null;
  }
  async #guard(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      this.problem = null;
      return true;
    } catch (caught) {
      if (caught instanceof DOMException && caught.name === "AbortError") return false;
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
      return false;
    }
  }
}
