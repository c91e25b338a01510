/** What is planned at this seat: a space and a question about it; a change asks anew. No incident is touched. */
import { type Advice, advice, type Asked, type Measure, type OfferedPlan, type Space, type SpaceCard, spaces } from "../../api/advice";
import { ApiProblem } from "../../api/http";
import { type Difference, differences } from "../../panels/plan/differences";
import { BLANK, type Question, question, request, sound, turned } from "./question";

/** typed digits are one question, not one each */
const WAIT_MS = 350;
/** a hand that goes on changing needs no densities in between, and must not wait for those it no longer wants */
const REST_MS = 700;

export class PlanningDesk {
  cards = $state.raw<SpaceCard[]>([]);
  plans = $state.raw<OfferedPlan[]>([]);
  space = $state.raw<Space | null>(null);
  version = $state(0);
  question = $state.raw<Question>(BLANK);
  answer = $state.raw<Advice | null>(null);
  /** of this question: densities and measures are there too */
  whole = $state(false);
  /** what changes are measured against */
  start = $state.raw<{ name: string; question: Question; answer: Advice } | null>(null);
  busy = $state(false);
  ready = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  done = $state("");
  /** the threat that a press on the drawing places */
  placing = $state<number | null>(null);
  readonly changes = $derived.by<Difference[]>(() => (this.start && this.answer && this.start.question !== this.question ? differences(this.start.answer.plan, this.answer.plan) : []));
  #chosen = 0;
  #asking: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get asked(): Asked | null {
    return this.space && sound(this.question) ? request(this.space.id, this.question) : null;
  }

  async begin(id: string | null): Promise<void> {
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
      this.#from(BLANK, "");
      this.plans = (await advice.plans({ space: id })).items;
      if (mine === this.#chosen) await this.ask();
    });
  }

  /** `soon`: asked when the hand rests. */
  change(part: Partial<Question>, soon = false): void {
    this.question = { ...this.question, ...part };
    // from here on what is coming answers something else
    this.#asking?.abort();
    if (soon) this.#later();
    else void this.ask();
  }
  turn(id: string): void {
    if (this.space) this.change(turned(this.space, this.question, id));
  }
  tryOut(measure: Measure): void {
    this.turn(measure.id);
  }
  /** From now on changes are measured against this answer; `name` for people. */
  startHere(name: string): void {
    if (this.answer && !this.busy) this.start = { name, question: this.question, answer: this.answer };
  }
  back(): void {
    if (!this.start) return;
    this.placing = null;
    this.question = this.start.question;
    void this.ask();
  }

  async ask(): Promise<void> {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const { asked } = this;
    this.busy = asked !== null;
    if (!asked) return;
    const mine = (this.#asking = new AbortController());
    // what stands there answers another question: it must not be kept or printed as this one's
    const told = await this.#guard(async () => {
      this.#show(await advice.whatIf({ ...asked, detail: "plan" }, mine.signal), mine);
    });
    if (mine !== this.#asking) return;
    if (!told) this.answer = null;
    this.busy = false;
    if (!told) return;
    await new Promise((rest) => setTimeout(rest, REST_MS));
    if (mine.signal.aborted) return;
    await this.#guard(async () => {
      this.#show(await advice.whatIf({ ...asked, detail: "full" }, mine.signal), mine, true);
    });
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
  /** As it was saved, asked of today's space; changes are measured against it. */
  async take(plan: OfferedPlan): Promise<void> {
    this.#from(question(plan.saved.request), plan.saved.name);
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

  #later(): void {
    clearTimeout(this.#timer);
    this.busy = this.asked !== null;
    this.#timer = setTimeout(() => void this.ask(), WAIT_MS);
  }
  #show(answer: Advice, mine: AbortController, whole = false): void {
    if (mine !== this.#asking || mine.signal.aborted) return;
    this.answer = answer;
    this.whole = whole;
    if (!this.start || this.start.question === this.question) this.start = { name: this.start?.name ?? this.#name, question: this.question, answer };
  }
  #name = "";
  #from(asked: Question, name: string): void {
    this.#asking?.abort();
    this.question = asked;
    this.#name = name;
    this.start = null;
    this.answer = null;
    this.placing = null;
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
