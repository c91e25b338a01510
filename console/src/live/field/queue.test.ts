import { describe, expect, it } from "vitest";
import type { FieldTask } from "../../api/field";
import { ApiProblem } from "../../api/http";
import { iso, T0 } from "../../testing/make";
import { flush, type Given, laid, type Store, type Waiting } from "./queue";

/** A phone's disk, in memory. */
class Memory implements Store {
  rows: Waiting[] = [];
  #next = 1;
  all = async (person: string): Promise<Waiting[]> => this.rows.filter((one) => one.person === person);
  add = async (given: Given): Promise<Waiting> => {
    const made = { ...given, seq: this.#next++, failed: 0, refused: null };
    this.rows.push(made);
    return made;
  };
  change = async (seq: number, change: Pick<Waiting, "failed" | "refused">): Promise<void> => void (this.rows = this.rows.map((one) => (one.seq === seq ? { ...one, ...change } : one)));
  drop = async (seq: number): Promise<void> => void (this.rows = this.rows.filter((one) => one.seq !== seq));
}
const given = (task: string, more: Partial<Given> = {}): Given => ({ key: `key-of-${task}`, person: "sam", incident: "INC-001", task, title: task, what: { kind: "answer", act: "on my way" }, saidAt: iso(T0), notBefore: 0, ...more });
const problem = (status: number, field?: string): ApiProblem => new ApiProblem({ type: "t", title: "", status, detail: `said ${status}`, field });

async function phone(...tasks: string[]): Promise<Memory> {
  const store = new Memory();
  for (const task of tasks) await store.add(given(task));
  return store;
}
/** A door that answers each in turn: null takes it. */
function door(...answers: (ApiProblem | null)[]): { sent: string[]; send: (one: Waiting) => Promise<void> } {
  const sent: string[] = [];
  return {
    sent,
    send: async (one) => {
      sent.push(one.task);
      const answer = answers.shift();
      if (answer) throw answer;
    },
  };
}

describe("what waits goes out", () => {
  it("in the order in which it was given, each once", async () => {
    const store = await phone("a", "b", "c");
    const { sent, send } = door();
    expect(await flush(store, "sam", send)).toBeNull();
    expect(sent).toEqual(["a", "b", "c"]);
    expect(store.rows).toEqual([]);
  });
  it.each([0, 429, 503])("stops where the door does not answer (%i), and goes on from there under the same key", async (status) => {
    const store = await phone("a", "b", "c");
    const first = door(null, problem(status));
    expect(await flush(store, "sam", first.send)).toBe("unreachable");
    expect(first.sent).toEqual(["a", "b"]);
    expect(store.rows.map((one) => [one.task, one.key, one.refused])).toEqual([["b", "key-of-b", null], ["c", "key-of-c", null]]);
    const second = door();
    expect(await flush(store, "sam", second.send)).toBeNull();
    expect(second.sent).toEqual(["b", "c"]);
  });
  it("keeps everything when the session has ended, a day later too", async () => {
    const store = await phone("a", "b");
    expect(await flush(store, "sam", door(problem(401)).send, () => T0 + 86_400_000)).toBe("signed out");
    expect(await flush(store, "sam", door(problem(403, "X-CSRF-Token")).send)).toBe("signed out");
    expect(store.rows.map((one) => one.refused)).toEqual([null, null]);
    // signed in again: all of it goes
    const again = door();
    expect(await flush(store, "sam", again.send)).toBeNull();
    expect(again.sent).toEqual(["a", "b"]);
  });
  it("of its own person alone", async () => {
    const store = await phone("a", "b");
    const other = door();
    expect(await flush(store, "kim", other.send)).toBeNull();
    expect(other.sent).toEqual([]);
    expect(await store.all("kim")).toEqual([]);
    expect(store.rows).toHaveLength(2);
  });
  it("tells what was overtaken, keeps its words, and goes on with the rest", async () => {
    const store = await phone("a", "b", "c");
    const { sent, send } = door(problem(409), null, problem(422));
    expect(await flush(store, "sam", send)).toBeNull();
    expect(sent).toEqual(["a", "b", "c"]);
    expect(store.rows.map((one) => [one.task, one.refused?.detail])).toEqual([["a", "said 409"], ["c", "said 422"]]);
    // told once, not tried again by itself
    const again = door();
    await flush(store, "sam", again.send);
    expect(again.sent).toEqual([]);
  });
  it("does not let a picture that breaks the server hold up what comes after it", async () => {
    const store = await phone("a", "b");
    for (let n = 0; n < 4; n++) expect(await flush(store, "sam", door(problem(500)).send)).toBe("unreachable");
    expect(store.rows[0]?.refused).toBeNull();
    const fifth = door(problem(500));
    expect(await flush(store, "sam", fifth.send)).toBeNull();
    expect(fifth.sent).toEqual(["a", "b"]);
    expect(store.rows.map((one) => [one.task, one.refused?.status])).toEqual([["a", 500]]);
  });
  it("not before it can no longer be taken back, and nothing overtakes it", async () => {
    const store = new Memory();
    await store.add(given("a", { notBefore: T0 + 5_000 }));
    await store.add(given("b"));
    const early = door();
    expect(await flush(store, "sam", early.send, () => T0 + 4_999)).toBe("held");
    expect(early.sent).toEqual([]);
    expect(await flush(store, "sam", early.send, () => T0 + 5_000)).toBeNull();
    expect(early.sent).toEqual(["a", "b"]);
  });
});

const task = (id: string, more: Partial<FieldTask> = {}): FieldTask => ({
  incident: "INC-001", task: id, severity: "high", title: id, words: "", role: "field responder", state: "open", checklist: [{ words: "one", ticked: null }, { words: "two", ticked: null }], question: null, answers: [], place: null, due_at: null, started: null, cannot: null, picture: null, by_name: false, room: "Police", consent: null, ...more,
});
const waits = (id: string, what: Waiting["what"], more: Partial<Waiting> = {}): Waiting => ({ ...given(id, { what }), seq: 1, failed: 0, refused: null, ...more });

describe("the tasks as they will be", () => {
  it("show what was answered before the server has heard it", () => {
    const [a] = laid([task("a")], [waits("a", { kind: "answer", act: "tick", item: 1 })], "sam");
    expect([a?.state, a?.started?.by, a?.checklist.map((line) => line.ticked?.by)]).toEqual(["in progress", "sam", [undefined, "sam"]]);
    expect(laid([task("a"), task("b")], [waits("a", { kind: "answer", act: "done" })], "sam").map((one) => one.task)).toEqual(["b"]);
    const [back] = laid([task("a")], [waits("a", { kind: "answer", act: "on my way" }), waits("a", { kind: "answer", act: "cannot", reason: "fire" })], "sam");
    expect([back?.state, back?.started, back?.cannot?.reason]).toEqual(["open", null, "fire"]);
  });
  it("are left alone by refusals, pictures and other tasks, and never changed in place", () => {
    const told = [task("a")];
    const refused = waits("a", { kind: "answer", act: "done" }, { refused: problem(409).problem });
    expect(laid(told, [refused, waits("b", { kind: "answer", act: "done" }), waits("a", { kind: "picture", blob: new Blob(), name: "" })], "sam")).toEqual(told);
    laid(told, [waits("a", { kind: "answer", act: "tick", item: 0 })], "sam");
    expect(told).toEqual([task("a")]);
  });
});
