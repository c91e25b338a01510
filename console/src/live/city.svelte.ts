/** The live picture: what the stream has said so far. Changes are laid in once per frame, however fast they come. */
import { alerts as alertsApi, status } from "../api/client";
import type { Alert, Change, EndedWhy, EntityState, Gap, Gone, Incident, Snapshot, Status } from "../api/types";
import { setOpsZone } from "../ui/time";
import { clock } from "./clock.svelte";
import { takeEntity, takeVersion } from "./merge";
import { LiveStream } from "./stream";

export const STALE_MS = 2_000;
const CLOSED_KEPT_MS = 6 * 3_600_000;

class City {
  #entities = new Map<string, EntityState>();
  #alerts = new Map<string, Alert>();
  #incidents = new Map<string, Incident>();
  #turn = $state({ entities: 0, alerts: 0, incidents: 0 });
  #waiting: Change[] = [];
  #frame = 0;
  status = $state.raw<Status | null>(null);
  /** the first snapshot is here */
  ready = $state(false);
  /** changes the server says it could not send, since the last snapshot */
  gap = $state.raw<Gap | null>(null);
  #stream = new LiveStream({
    snapshot: (data) => this.lay(data),
    change: (data) => this.#later(data),
    gone: (data) => this.#take(data),
    gap: (data) => void (this.gap = data),
    ended: (why) => this.#ended(why),
    heard: (now) => clock.heard(now),
    // whoever is signed out hears it from this answer (401), and is led to the door
    refused: () => void status.read().catch(() => undefined),
  });

  #ended: (why: EndedWhy) => void = () => undefined;
  /** Called when the server ends the stream of somebody who is no longer let in. */
  whenEnded(then: (why: EndedWhy) => void): void {
    this.#ended = then;
  }

  get entities(): ReadonlyMap<string, EntityState> {
    return (this.#turn.entities, this.#entities);
  }
  get alerts(): ReadonlyMap<string, Alert> {
    return (this.#turn.alerts, this.#alerts);
  }
  get incidents(): ReadonlyMap<string, Incident> {
    return (this.#turn.incidents, this.#incidents);
  }
  /** counts what came of entities: they are laid into one map that stays the same object */
  get turnOfEntities(): number {
    return this.#turn.entities;
  }
  get stale(): boolean {
    return this.ready && clock.silence > STALE_MS;
  }

  open(): void {
    clock.start();
    this.#stream.open();
  }

  close(): void {
    this.#stream.close();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#waiting = [];
    this.#entities.clear();
    this.#alerts.clear();
    this.#incidents.clear();
    this.status = null;
    this.ready = false;
    clock.heardAt = 0;
    this.#turned({ entities: true, alerts: true, incidents: true });
  }

  /** A whole picture replaces what was open; closed ones, kept for the timeline, stay. */
  lay(data: Snapshot): void {
    this.#waiting = [];
    this.#entities = new Map(data.entities.map((e) => [e.id, e]));
    const open = new Set(data.alerts.map((a) => a.id));
    for (const [id, alert] of this.#alerts) if (alert.state !== "closed" && !open.has(id)) this.#alerts.delete(id);
    for (const alert of data.alerts) takeVersion(this.#alerts, alert);
    this.#incidents = new Map(data.incidents.map((i) => [i.id, i]));
    if (data.status.zone) setOpsZone(data.status.zone);
    this.status = data.status;
    this.#turned({ entities: true, alerts: true, incidents: true });
    const first = !this.ready;
    this.ready = true;
    this.gap = null;
    if (first) void this.#recent();
  }

  /** An answer to a command, ahead of the stream. */
  put(item: { alert?: Alert; incident?: Incident }): void {
    this.#lay({ entities: [], alerts: item.alert ? [item.alert] : [], incidents: item.incident ? [item.incident] : [], now: "" });
  }

  #later(data: Change): void {
    this.#waiting.push(data);
    if (document.hidden) this.#flush();
    else this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  #flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const change of waiting) this.#lay(change);
  }

  #lay(data: Change): void {
    const turned = { entities: false, alerts: false, incidents: false };
    for (const item of data.entities) turned.entities = takeEntity(this.#entities, item) || turned.entities;
    for (const item of data.alerts) turned.alerts = takeVersion(this.#alerts, item) || turned.alerts;
    for (const item of data.incidents) turned.incidents = takeVersion(this.#incidents, item) || turned.incidents;
    if (data.status) this.status = data.status;
    this.#turned(turned);
  }

  #take(data: Gone): void {
    this.#flush();
    for (const id of data.entities) this.#entities.delete(id);
    for (const id of data.alerts) if (this.#alerts.get(id)?.state !== "closed") this.#alerts.delete(id);
    for (const id of data.incidents) if (this.#incidents.get(id)?.state !== "closed") this.#incidents.delete(id);
    this.#turned({ entities: true, alerts: true, incidents: true });
  }

  #turned(what: { entities: boolean; alerts: boolean; incidents: boolean }): void {
    if (what.entities) this.#turn.entities++;
    if (what.alerts) this.#turn.alerts++;
    if (what.incidents) this.#turn.incidents++;
  }

  /** Alerts closed in the last hours: the timeline and the alarm load count them too. */
  async #recent(): Promise<void> {
    try {
      const page = await alertsApi.list({ state: "all", limit: 500 });
      const since = clock.now - CLOSED_KEPT_MS;
      this.#lay({ entities: [], alerts: page.items.filter((a) => a.state !== "closed" || Date.parse(a.updated_at) > since), incidents: [], now: "" });
    } catch {
      // the open ones are there; the timeline starts shorter
    }
  }
}

export const city = new City();
