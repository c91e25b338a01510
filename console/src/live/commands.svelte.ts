/** What a person does to an alert or incident. Answers are laid in at once; each step that can be undone is remembered. */
import { type AlertCommand, alerts as alertsApi, incidents as incidentsApi } from "../api/client";
import { ApiProblem } from "../api/http";
import type { Alert, AlertAction, Incident, Outcome } from "../api/types";
import { city } from "./city.svelte";
import { lookback } from "./lookback.svelte";

export interface Done {
  alert: string;
  action: AlertAction;
  undo: AlertAction;
}
const UNDO: Partial<Record<AlertAction, AlertAction>> = { acknowledge: "unacknowledge", confirm: "reopen", reject: "reopen", shelve: "unshelve", close: "reopen" };

/** What may be done to an alert as it stands; the server has the last word. */
export function allowed(alert: Alert): ReadonlySet<AlertAction> {
  const may = new Set<AlertAction>();
  if (alert.state === "closed") return may.add("reopen");
  if (alert.state === "new") may.add("acknowledge");
  if (alert.state === "acknowledged") may.add("unacknowledge");
  if (alert.state === "new" || alert.state === "acknowledged") may.add("confirm").add("reject");
  if (alert.state === "confirmed" || alert.state === "rejected") may.add("reopen");
  if (alert.state !== "new") may.add("close");
  may.add(alert.shelved ? "unshelve" : "shelve");
  return may;
}

class Commands {
  busy = $state(false);
  problem = $state.raw<{ problem: ApiProblem; alert: string | null } | null>(null);
  done = $state.raw<Done[]>([]);
  /** for the polite announcer */
  said = $state("");

  async alert(alert: Alert, action: AlertAction, body: AlertCommand = {}): Promise<Alert | null> {
    return this.#try(alert.id, async () => {
      const answer = await alertsApi.command(alert.id, action, { version: alert.version, ...body });
      city.put({ alert: answer });
      const undo = UNDO[action];
      if (undo) this.done = [...this.done.slice(-49), { alert: alert.id, action, undo }];
      return answer;
    });
  }

  /** The last step of this seat for that alert, or for any. */
  last(alert?: string): Done | null {
    return this.done.findLast((d) => alert === undefined || d.alert === alert) ?? null;
  }

  async undo(done: Done): Promise<Alert | null> {
    const answer = await this.#try(done.alert, async () => {
      const alert = await alertsApi.command(done.alert, done.undo, {});
      city.put({ alert });
      return alert;
    });
    // refused: the step is history now, offering it again would only be refused again
    if (answer || this.problem?.problem.status === 409) this.done = this.done.filter((d) => d !== done);
    return answer;
  }

  openIncident(title: string, alerts: string[]): Promise<Incident | null> {
    return this.#incident(() => incidentsApi.open(title, alerts));
  }
  addToIncident(id: string, alerts: string[]): Promise<Incident | null> {
    return this.#incident(() => incidentsApi.add(id, alerts));
  }
  removeFromIncident(id: string, alert: string): Promise<Incident | null> {
    return this.#incident(() => incidentsApi.remove(id, alert));
  }
  note(id: string, words: string): Promise<Incident | null> {
    return this.#incident(() => incidentsApi.note(id, words));
  }
  closeIncident(id: string, outcome: Outcome, words: string): Promise<Incident | null> {
    return this.#incident(() => incidentsApi.close(id, outcome, words));
  }
  reopenIncident(id: string, reason: string): Promise<Incident | null> {
    return this.#incident(() => incidentsApi.reopen(id, reason));
  }

  #incident(ask: () => Promise<Incident>): Promise<Incident | null> {
    return this.#try(null, async () => {
      const incident = await ask();
      city.put({ incident });
      return incident;
    });
  }

  async #try<T>(alert: string | null, act: () => Promise<T>): Promise<T | null> {
    // what is on view is past; what it has become since, nobody here has seen
    if (lookback.on) return null;
    this.busy = true;
    this.problem = null;
    try {
      return await act();
    } catch (caught) {
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = { problem: caught, alert };
      return null;
    } finally {
      this.busy = false;
    }
  }
}

export const commands = new Commands();
