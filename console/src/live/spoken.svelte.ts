/** Procedures in this person's language. The record keeps them as they were written; here they are read out. */
import { ApiProblem } from "../api/http";
import type { Incident, ProcedureWords, Task } from "../api/types";
import { procedures as api } from "../api/work";
import { language } from "../i18n";

/** A task whose texts are in `language`; its answers keep the names by which the server knows them. */
export type SaidTask = Task & { language?: string; answers?: Readonly<Record<string, string>> };

export const answerWords = (task: SaidTask, name: string): string => task.answers?.[name] ?? name;
/** The language of its texts where it is another one than this page's: to be marked, and read out in that language. */
export const foreign = (task: SaidTask): string | null => (task.language && task.language !== language ? task.language : null);

/** The task with these texts; as it is where they are not of the same shape (a file changed, its version did not). */
export function said(task: Task, words: ProcedureWords | null): SaidTask {
  const step = words?.steps[task.id.slice(task.procedure.length + 1)];
  const answers = task.question?.answers ?? [];
  if (!words || !step || (step.checklist ?? []).length !== task.checklist.length || (step.answers ?? []).length !== answers.length) return task;
  return {
    ...task,
    title: step.title,
    words: step.words,
    checklist: task.checklist.map((line, i) => ({ ...line, words: step.checklist?.[i] ?? line.words })),
    question: task.question && { ...task.question, words: step.question ?? task.question.words },
    advice: task.advice && { ...task.advice, request: step.request ?? task.advice.request },
    language: words.language,
    answers: Object.fromEntries(answers.map((answer, i) => [answer.name, step.answers?.[i] ?? answer.name])),
  };
}

interface Named {
  id: string;
  version: number;
  title: string;
}
const keyOf = (procedure: { id: string; version: number }): string => `${procedure.id} ${procedure.version}`;

class Spoken {
  #texts = $state.raw<ReadonlyMap<string, ProcedureWords>>(new Map());
  /** asked for already: one that is not there is not asked for at every look */
  #asked = new Set<string>();

  of(procedure: { id: string; version: number }): ProcedureWords | null {
    const key = keyOf(procedure);
    const known = this.#texts.get(key);
    if (!known && !this.#asked.has(key)) {
      this.#asked.add(key);
      void this.#read(key);
    }
    return known ?? null;
  }

  title = (procedure: Named): string => this.of(procedure)?.title ?? procedure.title;

  incident(incident: Incident): Incident & { tasks: SaidTask[] } {
    const words = new Map(incident.procedures.map((begun) => [begun.id, this.of(begun)]));
    return { ...incident, tasks: incident.tasks.map((task) => said(task, words.get(task.procedure) ?? null)) };
  }

  async #read(key: string): Promise<void> {
    try {
      const { items } = await api.words(language);
      this.#texts = new Map(items.map((item) => [keyOf(item), item]));
      for (const known of this.#texts.keys()) this.#asked.add(known);
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.#asked.delete(key); // as it was written, until the next look
    }
  }
}

export const spoken = new Spoken();
