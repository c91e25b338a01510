/** A step in the few words a row has room for. */
import type { Task } from "../../api/types";
import { t } from "../../i18n";
import { answerWords, type SaidTask } from "../../live/spoken.svelte";
import { isToDo, left } from "../../live/tasks";
import { plain } from "../../ui/text";
import { age, clockOn, ms } from "../../ui/time";

const MINUTE = 60_000;
/** 4 min left; the last two minutes as 1:59 left; late 0:12, late 3 min. "" where there is nothing to wait for. */
export function countdown(task: Task, now: number): string {
  const ms = left(task, now);
  if (ms === null) return "";
  return ms < 0 ? t.tasks.late(length(-ms)) : t.tasks.due(length(ms));
}

/** Whole minutes are enough to plan by; the last two are counted in seconds. */
export function length(span: number): string {
  if (span < 2 * MINUTE) return age(Math.floor(span / 1000) * 1000);
  const minutes = Math.floor(span / MINUTE);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

/** Who and when, or what it waits for. */
export function standing(task: SaidTask, all: readonly Task[], now: number): string {
  if (task.ended) return t.tasks.endedBy(task.answer ? t.tasks.decided(plain(answerWords(task, task.answer), 60)) : (t.tasks.states[task.state] ?? task.state), plain(task.ended.by, 24), clockOn(ms(task.ended.at), now));
  if (task.state === "waiting") {
    const open = task.needs.map((id) => all.find((other) => other.id === id)).filter((other) => other !== undefined && !other.ended && other.state !== "not needed");
    return open.length ? t.tasks.after(open.map((other) => plain(other?.title ?? "", 40)).join(", ")) : (t.tasks.states.waiting ?? "");
  }
  if (isToDo(task) && task.started) return t.tasks.begunBy(plain(task.started.by, 24), clockOn(ms(task.started.at), now));
  return t.tasks.states[task.state] ?? task.state;
}
