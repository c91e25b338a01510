/** Tasks of incidents: what comes next, for whom, how late. Pure. */
import type { Incident, Severity, Task } from "../api/types";

/** stands in for every other role, as on the server (`identity/duties.py`) */
export const STANDS_IN = "supervisor";
const WEIGHT: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3 };

export const isToDo = (task: Task): boolean => task.state === "open" || task.state === "in progress";
export const isOver = (task: Task): boolean => task.state === "done" || task.state === "skipped" || task.state === "not needed";
/** ms until it is due; below 0: overdue. null: it is not to do, or has no limit. */
export const left = (task: Task, now: number): number | null => (isToDo(task) && task.due_at ? Date.parse(task.due_at) - now : null);
export const isOverdue = (task: Task, now: number): boolean => (left(task, now) ?? 0) < 0;
/** The server has the last word. */
export const isMine = (task: Task, roles: readonly string[]): boolean => roles.includes(task.role) || roles.includes(STANDS_IN);
/** Something a person did to it can be taken back. */
export const canUndo = (task: Task): boolean => task.started !== null || task.ended !== null;
/** When the last act on it was done, as the server reckons: its end, else its newest tick, else its beginning. */
export function lastAct(task: Task): string | null {
  const ticks = task.checklist.flatMap((line) => line.ticked?.at ?? []).sort((a, b) => Date.parse(a) - Date.parse(b));
  return task.ended?.at ?? ticks.at(-1) ?? task.started?.at ?? null;
}
export const ticked = (task: Task): number => task.checklist.filter((line) => line.ticked).length;

const due = (task: Task): number => (task.due_at ? Date.parse(task.due_at) : Infinity);

/** What to do next: one's own before others', begun before open, then what is due first. */
export function nextStep(tasks: readonly Task[], roles: readonly string[]): Task | null {
  const open = tasks.filter(isToDo);
  open.sort((a, b) => Number(roles.includes(b.role)) - Number(roles.includes(a.role)) || Number(isMine(b, roles)) - Number(isMine(a, roles)) || Number(b.state === "in progress") - Number(a.state === "in progress") || due(a) - due(b));
  return open[0] ?? null;
}

/** Ended of all that the decisions left standing: what fell away counts in neither. */
export function progress(tasks: readonly Task[]): { ended: number; all: number } {
  const standing = tasks.filter((task) => task.state !== "not needed");
  return { ended: standing.filter(isOver).length, all: standing.length };
}

export interface Duty {
  incident: Incident;
  task: Task;
}
/** Open tasks of these roles in all open incidents: those of the gravest first, then the one that is or will be late first. */
export function duties(incidents: Iterable<Incident>, roles: readonly string[], standIn = false): Duty[] {
  const mine = (task: Task): boolean => (standIn ? isMine(task, roles) : roles.includes(task.role));
  return [...incidents]
    .filter((incident) => incident.state === "open")
    .flatMap((incident) => incident.tasks.filter((task) => isToDo(task) && mine(task)).map((task) => ({ incident, task })))
    .sort((a, b) => WEIGHT[a.incident.severity] - WEIGHT[b.incident.severity] || due(a.task) - due(b.task) || (a.task.id < b.task.id ? -1 : 1));
}

/** Line n of its checklist or answer n, from 1: what the number keys of the task in hand do. */
export type Numbered = { tick: number; ticked: boolean } | { answer: string } | null;
export function numbered(task: Task, n: number): Numbered {
  if (!isToDo(task)) return null;
  const line = task.checklist[n - 1];
  if (line) return { tick: n - 1, ticked: !line.ticked };
  const answer = task.question?.answers[n - 1 - task.checklist.length];
  return answer ? { answer: answer.name } : null;
}
