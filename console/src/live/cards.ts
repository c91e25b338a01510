/** Tasks that travel apart from their incident, laid back into it. Pure. */
import type { Incident, LogEntry, TaskCard } from "../api/types";

export const cardKey = (card: TaskCard): string => `${card.incident}/${card.task.id}`;

/** The incident with these of its cards: each task in its place, its lines of the log in their order. */
export function withCards(incident: Incident, cards: readonly TaskCard[]): Incident {
  if (!cards.length) return incident;
  const apart = new Set(cards.map((card) => card.task.id));
  const tasks = incident.tasks.filter((task) => !apart.has(task.id));
  for (const card of [...cards].sort((a, b) => a.place - b.place)) tasks.splice(Math.min(card.place, tasks.length), 0, card.task);
  const log = new Map<number, LogEntry>(incident.log.map((line) => [line.seq, line]));
  for (const card of cards) for (const line of card.log) log.set(line.seq, line);
  return { ...incident, tasks, log: [...log.values()].sort((a, b) => a.seq - b.seq) };
}

/** The incident as if this task were not there. */
export function withoutTask(incident: Incident, task: string): Incident {
  return { ...incident, tasks: incident.tasks.filter((t) => t.id !== task), log: incident.log.filter((line) => !line.tasks.includes(task)) };
}
