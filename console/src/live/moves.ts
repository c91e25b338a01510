/** What a person does with a procedure and its steps. */
import type { Incident, Task } from "../api/types";
import { procedures, type TaskAct, type TaskBody } from "../api/work";
import { t } from "../i18n";
import { plain } from "../ui/text";
import { onIncident } from "./acting";
import { commands } from "./commands.svelte";
import { lastAct } from "./tasks";

export async function startProcedure(incident: Incident, procedure: { id: string; title: string }): Promise<Incident | null> {
  const answer = await onIncident(() => procedures.start(incident.id, procedure.id));
  if (answer) commands.said = t.tasks.said(t.tasks.saidDone.start ?? "", plain(procedure.title, 80));
  return answer;
}

/**
 * The step's own state refuses what somebody else did first, so that two rooms may tick lines of one incident at
 * once; undo, which takes back *the last* act on a step, says which one was looked at.
 */
export async function moveTask(incident: Incident, task: Task, act: TaskAct, body: TaskBody = {}): Promise<Incident | null> {
  const seen = act === "undo" ? { done_at: lastAct(task) } : {};
  const answer = await onIncident(() => procedures.task(incident.id, task.id, act, { ...seen, ...body }));
  if (answer) commands.said = t.tasks.said(t.tasks.saidDone[act] ?? act, plain(task.title, 80));
  return answer;
}
