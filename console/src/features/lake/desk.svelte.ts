/** The question in hand, its answer, and what is kept under a name. */
import { ApiProblem } from "../../api/http";
import { type Answer, type Asked, type Format, lake, type LakeSchema, type LakeSeries, queries, type Saved, type View } from "../../api/lake";
import { forget, past, type Past, remember } from "./past";
import { starter } from "./starter";

/** An answer and the question that it answers, whatever stands in the field by now. */
export interface Answered {
  asked: Asked;
  answer: Answer;
}

export class LakeDesk {
  sql = $state("");
  /** UTC, as a field for dates gives it; empty: now */
  asOf = $state("");
  reason = $state("");
  rows = $state(10_000);
  seconds = $state(10);
  view = $state<View>("table");

  schema = $state.raw<LakeSchema | null>(null);
  answered = $state.raw<Answered | null>(null);
  busy = $state(false);
  /** a file is being fetched: which */
  fetching = $state<Format["end"] | null>(null);
  problem = $state.raw<ApiProblem | null>(null);
  /** the person stopped waiting */
  stopped = $state(false);

  saved = $state.raw<Saved[]>([]);
  /** the saved query that is open */
  open = $state.raw<Saved | null>(null);
  past = $state.raw<Past[]>([]);
  #asking: AbortController | null = null;

  constructor(readonly who: string) {
    this.past = past(who);
  }

  get changed(): boolean {
    return this.open !== null && (this.open.sql !== this.sql || this.open.view !== this.view);
  }

  async start(): Promise<void> {
    await this.#attempt(async () => {
      const [schema, page] = await Promise.all([lake.schema(), queries.list()]);
      [this.schema, this.saved] = [schema, page.items];
      this.rows = Math.min(this.rows, schema.most_rows);
      this.seconds = Math.min(this.seconds, schema.most_seconds);
    });
  }

  async run(): Promise<void> {
    if (!this.sql.trim()) return;
    this.#asking?.abort();
    const mine = new AbortController();
    this.#asking = mine;
    const asked: Asked = { sql: this.sql, as_of: this.asOf ? new Date(`${this.asOf}Z`).toISOString() : null, reason: this.reason.trim(), rows: this.rows, seconds: this.seconds };
    [this.busy, this.stopped, this.problem] = [true, false, null];
    try {
      const answer = await lake.query(asked, mine.signal);
      if (this.#asking !== mine) return;
      this.answered = { asked, answer };
      // what was asked for a reason names people perhaps: it stays in the record and not in this browser
      if (!asked.reason) this.past = remember(this.who, { sql: asked.sql, at: Date.now(), rows: answer.count });
    } catch (caught) {
      if (this.#asking !== mine || mine.signal.aborted) return;
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
    } finally {
      if (this.#asking === mine) [this.busy, this.#asking] = [false, null];
    }
  }

  cancel(): boolean {
    if (!this.#asking) return false;
    this.#asking.abort();
    [this.#asking, this.busy, this.stopped] = [null, false, true];
    return true;
  }

  /** A new question in the field, asked at once. */
  async ask(sql: string, view: View): Promise<void> {
    [this.sql, this.view, this.open] = [sql, view, null];
    await this.run();
  }

  async chart(series: LakeSeries): Promise<void> {
    const first = starter(series);
    await this.ask(first.sql, first.view);
  }

  async show(saved: Saved): Promise<void> {
    [this.sql, this.view] = [saved.sql, saved.view];
    this.open = saved;
    await this.run();
  }

  /** By its id, from the address. */
  async openById(id: string): Promise<void> {
    if (this.open?.id === id) return;
    await this.#attempt(async () => this.show(await queries.read(id)));
  }

  /** The open query anew, or another under a new name. False: refused, and said. */
  async save(name: string, shared: boolean, into: Saved | null): Promise<boolean> {
    const kept = { name, shared, sql: this.sql, view: this.view };
    return this.#attempt(async () => {
      this.open = into ? await queries.change(into.id, kept, into.version) : await queries.add(kept);
      await this.#list();
    });
  }

  /** Another name, or shared with the room or not; the text stays. */
  async amend(saved: Saved, more: { name?: string; shared?: boolean }): Promise<boolean> {
    return this.#attempt(async () => {
      const kept = { name: saved.name, shared: saved.shared, sql: saved.sql, view: saved.view, ...more };
      const now = await queries.change(saved.id, kept, saved.version);
      if (this.open?.id === saved.id) this.open = now;
      await this.#list();
    });
  }

  async remove(saved: Saved): Promise<boolean> {
    return this.#attempt(async () => {
      await queries.remove(saved.id);
      if (this.open?.id === saved.id) this.open = null;
      await this.#list();
    });
  }

  /** The answer that is shown, as a file: asked again, and recorded again. */
  async download(format: Format): Promise<void> {
    const asked = this.answered?.asked;
    if (!asked) return;
    this.fetching = format.end;
    await this.#attempt(async () => {
      const url = URL.createObjectURL(await lake.file(asked, format));
      const link = document.createElement("a");
      link.href = url;
      link.download = `${this.open && this.open.sql === asked.sql ? this.open.name.replace(/[^\p{L}\p{N}]+/gu, "-") : "lake"}.${format.end}`;
      link.click();
      URL.revokeObjectURL(url);
    });
    this.fetching = null;
  }

  forget(): void {
    forget(this.who);
    this.past = [];
  }

  async #list(): Promise<void> {
    this.saved = (await queries.list()).items;
  }

  async #attempt(what: () => Promise<void>): Promise<boolean> {
    try {
      await what();
      this.problem = null;
      return true;
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
      return false;
    }
  }
}
