import { expect, it } from "vitest";
import type { LogEntry, TaskCard } from "../api/types";
import { incident, task } from "../testing/make";
import { withCards, withoutTask } from "./cards";

const line = (seq: number, tasks: string[] = []): LogEntry => ({ seq, act: "noted", by: "ann", at: "2026-11-22T03:00:00Z", words: `line ${seq}`, tasks });
const card = (id: string, place: number, log: LogEntry[] = []): TaskCard => ({ incident: "INC-001", place, task: task({ id }), log });

it("lays each task into its place and its lines into the log", () => {
  const bare = incident({ tasks: [task({ id: "b" })], log: [line(1), line(4)] });
  const whole = withCards(bare, [card("c", 2, [line(3, ["c"])]), card("a", 0, [line(2, ["a"])])]);
  expect(whole.tasks.map((t) => t.id)).toEqual(["a", "b", "c"]);
  expect(whole.log.map((l) => l.seq)).toEqual([1, 2, 3, 4]);
});

it("a task that the answer to a command held already is there once", () => {
  const full = incident({ tasks: [task({ id: "a", state: "open" }), task({ id: "b" })] });
  expect(withCards(full, [card("a", 0)]).tasks.map((t) => t.id)).toEqual(["a", "b"]);
});

it("what was closed leaves no line behind", () => {
  const left = withoutTask(incident({ tasks: [task({ id: "a" }), task({ id: "b" })], log: [line(1), line(2, ["a"]), line(3, ["a", "b"])] }), "a");
  expect(left.tasks.map((t) => t.id)).toEqual(["b"]);
  expect(left.log.map((l) => l.seq)).toEqual([1]);
});
