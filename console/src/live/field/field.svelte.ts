/** One responder's phone: tasks as last read, what waits to be sent, and when the server was last heard. */
import { field as api, type FieldTasks, type On } from "../../api/field";
import { ApiProblem } from "../../api/http";
import { setOpsZone } from "../../ui/time";
import { clock } from "../clock.svelte";
import { session } from "../session.svelte";
import { Located } from "./located.svelte";
import { flush, type Halt, laid, type Waiting, type What } from "./queue";
import { shrink } from "./shrink";
import { disk, kept, sweep } from "./store";

const TICK_MS = 1_000;
const READ_MS = 10_000;
/** how long a press that ends a task can be taken back */
export const HOLD_MS = 5_000;

class Field {
  person = $state("");
  /** as the server last said; null: never on this phone */
  told = $state.raw<FieldTasks | null>(null);
  waiting = $state.raw<Waiting[]>([]);
  /** ms since 1970 by the phone's clock; 0: never */
  contact = $state(0);
  reached = $state(true);
  halt = $state<Halt>(null);
  /** the photograph could not be taken in, before anything was sent */
  unreadable = $state(false);
  /** this browser keeps nothing on the disk: the answer was not taken */
  unkept = $state(false);
  unlocated = $state.raw<string[]>([]);
  refusal = $state.raw<ApiProblem | null>(null);
  readonly located = new Located();
  #readAt = -Infinity;
  #busy = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  readonly tasks = $derived(laid(this.told?.items ?? [], this.waiting, this.person));
  readonly toSend = $derived(this.waiting.filter((one) => !one.refused));
  readonly refused = $derived(this.waiting.filter((one) => one.refused));

  /** `person`: signed in, or remembered by this phone while no server can be asked. */
  async start(person: string): Promise<void> {
    this.person = person;
    [this.refusal, this.unreadable, this.unkept] = [null, false, false];
    this.#stopping.clear();
    // a browser that keeps nothing still shows tasks; that answers are not kept is told when one is given
    await sweep(Date.now()).catch(() => undefined);
    const known = await kept.read().catch(() => null);
    const own = known?.person === person ? known : null;
    [this.told, this.contact, this.unlocated] = [own?.tasks ?? null, own?.contact ?? 0, own?.unlocated ?? []];
    if (this.told) setOpsZone(this.told.zone);
    this.waiting = await disk.all(person).catch(() => []);
    clock.start();
    this.#timer ??= setInterval(() => void this.#tick(), TICK_MS);
    addEventListener("online", this.#now);
    document.addEventListener("visibilitychange", this.#now);
    await this.#tick();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    removeEventListener("online", this.#now);
    document.removeEventListener("visibilitychange", this.#now);
    this.located.follow([]);
  }

  /** On the disk first. `hold`: it can be taken back for a moment. */
  async give(on: On, title: string, what: What, hold = false): Promise<void> {
    const now = Date.now();
    const taken = await disk.add({ key: crypto.randomUUID(), person: this.person, incident: on.incident, task: on.task, title, what, saidAt: new Date(now).toISOString(), notBefore: hold ? now + HOLD_MS : 0 }).catch(() => null);
    this.unkept = taken === null;
    if (!taken) return;
    this.waiting = await disk.all(this.person);
    this.#locate();
    void this.#tick(true);
  }

  async photograph(on: On, title: string, file: File): Promise<void> {
    const blob = await shrink(file);
    this.unreadable = blob === null;
    if (blob) await this.give(on, title, { kind: "picture", blob, name: file.name });
  }

  /** Taken back before it went, or a refusal that was read. */
  async drop(one: Waiting): Promise<void> {
    await disk.drop(one.seq);
    this.waiting = await disk.all(this.person);
  }

  async again(one: Waiting): Promise<void> {
    await disk.change(one.seq, { failed: 0, refused: null });
    this.waiting = await disk.all(this.person);
    void this.#tick(true);
  }

  /** Asked for one task; refused by the server or given, nothing else is begun. */
  async consent(on: On): Promise<void> {
    await this.#ask(() => api.consent(on));
  }
  /** At once on this phone, whatever the network does; then on the server, until it has heard. */
  async stopLocating(on: On): Promise<void> {
    if (this.told) this.told = { ...this.told, items: this.told.items.map((task) => (task.incident === on.incident && task.task === on.task ? { ...task, consent: null } : task)) };
    this.#stopping.add(JSON.stringify(on));
    this.#locate();
    await this.#ask(() => this.#tellStops());
  }
  async decline(on: On): Promise<void> {
    this.unlocated = [...this.unlocated, `${on.incident}/${on.task}`];
    await this.#keep();
  }
  readonly #stopping = new Set<string>();

  async #tellStops(): Promise<void> {
    for (const on of [...this.#stopping]) {
      await api.stop(JSON.parse(on) as On);
      this.#stopping.delete(on);
    }
  }

  /** Sign out: the task list goes; answers that wait stay on the phone for this person. */
  async leave(): Promise<void> {
    this.stop();
    await kept.forget();
    await session.leave();
  }

  async #ask(ask: () => Promise<unknown>): Promise<void> {
    this.refusal = null;
    try {
      await ask();
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.refusal = caught;
    }
    await this.#read();
  }

  readonly #now = (): void => void (document.visibilityState === "visible" && this.#tick(true));

  async #tick(now = false): Promise<void> {
    void this.located.tick();
    const due = performance.now() - this.#readAt >= READ_MS;
    const ready = (this.halt === null || this.halt === "held") && this.toSend.some((one) => one.notBefore <= Date.now());
    if (this.#busy || !(now || due || ready)) return;
    this.#busy = true;
    try {
      // somebody else may have signed in on this phone since: what waits is only sent by whose it is
      if (!session.who) await session.start();
      if (session.who?.user.name === this.person) await this.#exchange();
      else if (!session.reached) [this.reached, this.halt] = [false, "unreachable"];
    } finally {
      this.#readAt = performance.now();
      this.#busy = false;
    }
  }

  async #exchange(): Promise<void> {
    this.halt = await flush(disk, this.person, this.#send);
    this.waiting = await disk.all(this.person);
    if (this.halt === "signed out") return session.expired();
    if (this.halt === "unreachable") this.reached = false;
    else if (this.#stopping.size) await this.#tellStops().catch(() => undefined);
    await this.#read();
  }

  async #read(): Promise<void> {
    try {
      const told = await api.tasks();
      if (told.person !== this.person) return session.expired();
      [this.told, this.reached, this.contact] = [told, true, Date.now()];
      setOpsZone(told.zone);
      clock.heard(told.now);
      this.#locate();
      await this.#keep();
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      if (caught.status === 0 || caught.status >= 500) this.reached = false;
    }
  }

  #locate(): void {
    const ended = new Set(this.toSend.filter((one) => one.what.kind === "answer" && ["done", "cannot", "decide"].includes(one.what.act)).map((one) => `${one.incident}/${one.task}`));
    const on = (this.told?.items ?? []).filter((task) => task.consent && task.state === "in progress" && !ended.has(`${task.incident}/${task.task}`) && !this.#stopping.has(JSON.stringify({ incident: task.incident, task: task.task })));
    this.located.follow(on.map(({ incident, task }) => ({ incident, task })));
  }

  async #keep(): Promise<void> {
    const now = { person: this.person, tasks: $state.snapshot(this.told) as FieldTasks | null, contact: this.contact, unlocated: [...this.unlocated] };
    await kept.write(now).catch(() => undefined);
  }

  readonly #send = async (one: Waiting): Promise<void> => {
    const { what, key, saidAt } = one;
    if (session.who?.user.name !== one.person) throw new ApiProblem({ type: "about:blank", title: "", status: 401, detail: "" });
    if (what.kind === "picture") await api.bring(one, key, what.name, saidAt, what.blob);
    else await api.answer(one, { key, act: what.act, said_at: saidAt, reason: what.reason, item: what.item, answer: what.answer });
    [this.reached, this.contact] = [true, Date.now()];
    this.waiting = this.waiting.filter((other) => other.seq !== one.seq);
  };
}

export const field = new Field();
