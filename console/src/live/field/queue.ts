/**
 * Answers that wait for the door. Each is on the phone's disk before anything is sent, under a key of its own:
 * sent twice it takes effect once. They go out in the order in which they were given. Pure but for its store.
 */
import type { FieldAct, FieldTask } from "../../api/field";
import { ApiProblem } from "../../api/http";
import type { Problem } from "../../api/types";

export type What = { kind: "answer"; act: FieldAct; reason?: string; item?: number; answer?: string } | { kind: "picture"; blob: Blob; name: string };

export interface Waiting {
  /** the store's, in the order of giving */
  seq: number;
  key: string;
  /** whose it is: nobody else on this phone sends or sees it */
  person: string;
  incident: string;
  task: string;
  /** of the task, for telling */
  title: string;
  what: What;
  /** ISO, by the phone's clock */
  saidAt: string;
  /** ms since 1970: not sent before, so that it can be taken back */
  notBefore: number;
  /** how often the server failed on it, or refused it for good and why */
  failed: number;
  refused: Problem | null;
}
export type Given = Omit<Waiting, "seq" | "failed" | "refused">;

export interface Store {
  /** of one person, in order */
  all(person: string): Promise<Waiting[]>;
  add(given: Given): Promise<Waiting>;
  change(seq: number, change: Pick<Waiting, "failed" | "refused">): Promise<void>;
  drop(seq: number): Promise<void>;
}

/** Why the rest waits. */
export type Halt = "unreachable" | "signed out" | "held" | null;
/** A picture that breaks the server every time may not hold up what comes after it. */
const MOST_FAILURES = 5;
export const KEEP_MS = 7 * 24 * 3_600_000;

/** What a failed try means: wait, sign in again, or told and over. */
export function meaning(caught: unknown): { halt: Exclude<Halt, "held" | null>; failed: boolean } | { refused: Problem } {
  if (!(caught instanceof ApiProblem)) return { halt: "unreachable", failed: false };
  const { status, field } = caught.problem;
  if (status === 401 || (status === 403 && field === "X-CSRF-Token")) return { halt: "signed out", failed: false };
  if (status === 0 || status === 408 || status === 429 || status === 503) return { halt: "unreachable", failed: false };
  if (status >= 500) return { halt: "unreachable", failed: true };
  return { refused: caught.problem };
}

/** Send what waits, one after the other. Answers why it stopped; null: nothing waits any more. */
export async function flush(store: Store, person: string, send: (one: Waiting) => Promise<unknown>, now: () => number = Date.now): Promise<Halt> {
  for (const one of await store.all(person)) {
    if (one.refused) continue;
    if (one.notBefore > now()) return "held";
    try {
      await send(one);
      await store.drop(one.seq);
    } catch (caught) {
      const found = meaning(caught);
      if ("refused" in found) {
        await store.change(one.seq, { failed: one.failed, refused: found.refused });
        continue;
      }
      if (!found.failed) return found.halt;
      const failed = one.failed + 1;
      const over = failed >= MOST_FAILURES && caught instanceof ApiProblem;
      await store.change(one.seq, { failed, refused: over ? caught.problem : null });
      if (!over) return found.halt;
    }
  }
  return null;
}

/** The tasks as they will be once everything that waits has arrived. */
export function laid(tasks: readonly FieldTask[], waiting: readonly Waiting[], person: string): FieldTask[] {
  const to = tasks.map((task) => ({ ...task, checklist: task.checklist.map((line) => ({ ...line })) }));
  const gone = new Set<FieldTask>();
  for (const { incident, task: id, what, saidAt, refused } of waiting) {
    const task = to.find((one) => one.incident === incident && one.task === id);
    if (!task || refused || what.kind === "picture") continue;
    const mark = { by: person, at: saidAt, reason: what.reason ?? null };
    const begun = (): void => void (task.started ??= mark, (task.state = "in progress"));
    if (what.act === "on my way") begun();
    else if (what.act === "cannot") [task.state, task.started, task.cannot] = ["open", null, mark];
    else if (what.act === "done" || what.act === "decide") gone.add(task);
    else {
      const line = task.checklist[what.item ?? -1];
      if (line) line.ticked = what.act === "tick" ? mark : null;
      begun();
    }
  }
  return to.filter((task) => !gone.has(task));
}
