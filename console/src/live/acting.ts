/** One command at a time: while it is on its way buttons wait, a refusal is kept to be shown. */
import { ApiProblem } from "../api/http";
import type { Alert, Incident } from "../api/types";
import { city } from "./city.svelte";
import { commands } from "./commands.svelte";

let last: Promise<unknown> = Promise.resolve();

/** When what is on its way now has been answered. */
export const settled = (): Promise<unknown> => last;

/**
 * What was answered, or null where it was refused (`commands.problem` says why). Whoever presses faster than the
 * server answers is not lost: the next waits for the one before it.
 */
export function acting<T>(ask: () => Promise<T>): Promise<T | null> {
  const run = last.then(() => one(ask));
  last = run.catch(() => undefined);
  return run;
}

async function one<T>(ask: () => Promise<T>): Promise<T | null> {
  commands.busy = true;
  commands.problem = null;
  try {
    return await ask();
  } catch (caught) {
    if (!(caught instanceof ApiProblem)) throw caught;
    commands.problem = { problem: caught, alert: null };
    return null;
  } finally {
    commands.busy = false;
  }
}

/** The same, and the changed incident is laid into the picture ahead of the stream. */
export async function onIncident(ask: () => Promise<Incident>): Promise<Incident | null> {
  const incident = await acting(ask);
  if (incident) city.put({ incident });
  return incident;
}

export async function onAlert(ask: () => Promise<Alert>): Promise<Alert | null> {
  const alert = await acting(ask);
  if (alert) city.put({ alert });
  return alert;
}
