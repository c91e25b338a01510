/** Alerts ticked in the queue, to be answered together. There is no "all": each is ticked by a person. */
import { alerts as alertsApi } from "../api/client";
import { bulk } from "../api/work";
import type { AlertAction, BulkAnswer } from "../api/types";
import { acting } from "./acting";
import { city } from "./city.svelte";
import { type Done, commands } from "./commands.svelte";

export type BulkAct = "acknowledge" | "close";
const UNDO: Record<BulkAct, AlertAction> = { acknowledge: "unacknowledge", close: "reopen" };
export interface BulkResult {
  act: BulkAct | "undo";
  done: string[];
  failed: { id: string; why: string; cure: string | null }[];
}

class Picks {
  /** ids, in the order in which they were ticked */
  ids = $state.raw<readonly string[]>([]);
  result = $state.raw<BulkResult | null>(null);

  has(id: string): boolean {
    return this.ids.includes(id);
  }
  toggle(id: string): void {
    this.ids = this.has(id) ? this.ids.filter((i) => i !== id) : [...this.ids, id];
    this.result = null;
  }
  clear(): void {
    this.ids = [];
    this.result = null;
  }

  async act(act: BulkAct, words = ""): Promise<void> {
    const items = this.ids.map((id) => ({ id, version: city.alerts.get(id)?.version }));
    const answer = await acting(() => bulk(act, items, words ? { words } : {}));
    if (!answer) return;
    this.result = resultOf(act, answer);
    // what failed stays ticked: it is what is left to do
    this.ids = answer.failed.map((f) => f.id);
    const steps: Done[] = answer.done.map(({ id }) => ({ alert: id, action: act, undo: UNDO[act] }));
    commands.done = [...commands.done, ...steps].slice(-50);
  }

  /** Takes back what the last act did, each by itself; what cannot be undone is named. */
  async undo(): Promise<void> {
    const last = this.result;
    if (!last || last.act === "undo") return;
    const back = UNDO[last.act];
    const result: BulkResult = { act: "undo", done: [], failed: [] };
    for (const id of last.done) {
      const alert = await acting(() => alertsApi.command(id, back, {}));
      if (alert) {
        city.put({ alert });
        result.done.push(id);
        commands.done = commands.done.filter((d) => d.alert !== id || d.undo !== back);
      } else {
        result.failed.push({ id, why: commands.problem?.problem.problem.detail ?? "", cure: commands.problem?.problem.problem.cure ?? null });
      }
    }
    commands.problem = null;
    this.result = result;
  }
}

export const resultOf = (act: BulkAct, answer: BulkAnswer): BulkResult => ({ act, done: answer.done.map((d) => d.id), failed: answer.failed.map((f) => ({ id: f.id, why: f.detail, cure: f.cure })) });

export const picks = new Picks();
