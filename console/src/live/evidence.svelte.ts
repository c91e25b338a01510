/** The evidence of one alert or incident on screen: read anew with every version of it, added to, changed. */
import { evidence, type On, type Retention } from "../api/evidence";
import { ApiProblem } from "../api/http";
import type { Exhibit } from "../api/types";
import { session } from "./session.svelte";

export interface Upload {
  key: number;
  name: string;
  share: number;
  problem: ApiProblem | null;
  stop: () => void;
}

/** What this seat is to a piece. The server decides; this says what is worth offering. */
export function standing(exhibit: Exhibit): { clear: boolean; owns: boolean; keeps: boolean; oversees: boolean } {
  const user = session.who?.user;
  const here = user?.organisation ?? "";
  const { room, level, rooms } = exhibit.sharing;
  const owns = here !== "" && (here === room || room === "");
  const roles = user?.roles ?? [];
  const keeps = owns && roles.some((r) => r === "supervisor" || r === "administrator");
  const oversees = (user?.permissions ?? []).includes("oversee") || (owns && roles.includes("supervisor"));
  return { clear: session.mayAct && (owns || (level !== "own room" && rooms.includes(here))), owns, keeps, oversees };
}

/** Blurred likenesses, one read each a page: every read is in the record. */
const likenesses = new Map<string, Promise<string>>();
export function likeness(id: string): Promise<string> {
  const known = likenesses.get(id);
  if (known) return known;
  const asked = evidence.blurred(id).then((blob) => URL.createObjectURL(blob));
  likenesses.set(id, asked);
  asked.catch(() => likenesses.delete(id));
  return asked;
}

export class Shelf {
  items = $state.raw<Exhibit[]>([]);
  closed = $state(0);
  known = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  uploads = $state<Upload[]>([]);
  #on: On | null = null;
  #asked: AbortController | null = null;
  #next = 0;

  follow(on: On): void {
    if (this.#on?.id !== on.id) {
      this.items = [];
      this.closed = 0;
      this.known = false;
      this.uploads = [];
    }
    this.#on = on;
    void this.#read();
  }

  async #read(): Promise<void> {
    const on = this.#on;
    if (!on) return;
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    try {
      const found = await evidence.list(on, asked.signal);
      if (this.#asked !== asked) return;
      this.items = found.items;
      this.closed = found.closed;
      this.known = true;
      this.problem = null;
    } catch (caught) {
      if (caught instanceof ApiProblem) this.problem = caught;
      else if (!(caught instanceof DOMException)) throw caught;
    }
  }

  /** One after another: a control room's line is narrow, and each shows how far it is. */
  async add(files: Iterable<File>, retention: Retention = "incident"): Promise<void> {
    const on = this.#on;
    if (!on) return;
    for (const sent of files) await this.#send(on, sent, retention);
  }

  async #send(on: On, sent: File, retention: Retention): Promise<void> {
    const stop = new AbortController();
    const key = this.#next++;
    this.uploads.push({ key, name: sent.name, share: 0, problem: null, stop: () => stop.abort() });
    const row = (): Upload | undefined => this.uploads.find((u) => u.key === key);
    try {
      const made = await evidence.add(on, sent, retention, (share) => { const r = row(); if (r) r.share = share; }, stop.signal);
      this.dismiss(key);
      if (this.#on?.id === on.id) this.put(made);
    } catch (caught) {
      const r = row();
      if (caught instanceof ApiProblem && r) r.problem = caught;
      else this.dismiss(key);
      if (!(caught instanceof ApiProblem || caught instanceof DOMException)) throw caught;
    }
  }

  dismiss(key: number): void {
    this.uploads = this.uploads.filter((u) => u.key !== key);
  }

  /** A new or changed piece. */
  put(exhibit: Exhibit): void {
    const others = this.items.filter((e) => e.id !== exhibit.id);
    this.items = [...others, exhibit].sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
  }
}
