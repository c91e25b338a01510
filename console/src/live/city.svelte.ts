/** The live picture: what the stream has said so far. Changes are laid in once per frame, however fast they come. */
import { alerts as alertsApi, status } from "../api/client";
import type { Consultation } from "../api/advice";
import type { AccessRequest, Alert, Change, EndedWhy, EntityState, Gap, Gone, Incident, Snapshot, Status, TaskCard } from "../api/types";
import { setOpsZone } from "../ui/time";
import { cardKey, withCards, withoutTask } from "./cards";
import { clock } from "./clock.svelte";
import { takeEntity, takeVersion } from "./merge";
import { LiveStream } from "./stream";

export const STALE_MS = 2_000;
const CLOSED_KEPT_MS = 6 * 3_600_000;

class City {
  #entities = new Map<string, EntityState>();
  #alerts = new Map<string, Alert>();
  /** as they came, and with those of their tasks that came apart */
  #bare = new Map<string, Incident>();
  #incidents = new Map<string, Incident>();
  #cards = new Map<string, TaskCard>();
  #requests = new Map<string, AccessRequest>();
  #advice = new Map<string, Consultation>();
  #turn = $state({ entities: 0, alerts: 0, incidents: 0, requests: 0, advice: 0 });
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
    shut: (data) => this.#shut(data),
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
  get requests(): ReadonlyMap<string, AccessRequest> {
    return (this.#turn.requests, this.#requests);
  }
  get advice(): ReadonlyMap<string, Consultation> {
    return (this.#turn.advice, this.#advice);
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
    for (const map of [this.#bare, this.#incidents, this.#cards, this.#requests, this.#advice]) map.clear();
    this.status = null;
    this.ready = false;
    clock.heardAt = 0;
    this.#turned({ entities: true, alerts: true, incidents: true, requests: true, advice: true });
  }

  /** A whole picture replaces what was open; closed ones, kept for the timeline, stay. */
  lay(data: Snapshot): void {
    this.#waiting = [];
    this.#entities = new Map(data.entities.map((e) => [e.id, e]));
    const open = new Set(data.alerts.map((a) => a.id));
    for (const [id, alert] of this.#alerts) if (alert.state !== "closed" && !open.has(id)) this.#alerts.delete(id);
    for (const alert of data.alerts) takeVersion(this.#alerts, alert);
    this.#bare = new Map(data.incidents.map((i) => [i.id, i]));
    this.#cards = new Map(data.tasks.map((card) => [cardKey(card), card]));
    this.#requests = new Map(data.requests.map((r) => [r.id, r]));
    this.#advice = new Map(data.advice.map((one) => [one.id, one]));
    this.#incidents = new Map();
    for (const id of this.#bare.keys()) this.#whole(id);
    if (data.status.zone) setOpsZone(data.status.zone);
    this.status = data.status;
    this.#turned({ entities: true, alerts: true, incidents: true, requests: true, advice: true });
    const first = !this.ready;
    this.ready = true;
    this.gap = null;
    if (first) void this.#recent();
  }

  /** An answer to a command, ahead of the stream. */
  put(item: { alert?: Alert; incident?: Incident }): void {
    this.#lay({ entities: [], alerts: item.alert ? [item.alert] : [], incidents: item.incident ? [item.incident] : [], tasks: [], requests: [], advice: [], now: "" });
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
    const turned = { entities: false, alerts: false, incidents: false, requests: false, advice: false };
    for (const item of data.entities) turned.entities = takeEntity(this.#entities, item) || turned.entities;
    for (const item of data.alerts) turned.alerts = takeVersion(this.#alerts, item) || turned.alerts;
    for (const item of data.incidents) if (takeVersion(this.#bare, item)) turned.incidents = this.#whole(item.id);
    for (const card of data.tasks) {
      this.#cards.set(cardKey(card), card);
      turned.incidents = this.#whole(card.incident);
    }
    for (const item of data.requests) turned.requests = takeVersion(this.#requests, item) || turned.requests;
    for (const item of data.advice) {
      // progress comes without a new version
      if (item.version >= (this.#advice.get(item.id)?.version ?? 0)) this.#advice.set(item.id, item);
      turned.advice = true;
    }
    if (data.status) this.status = data.status;
    this.#turned(turned);
  }

  #take(data: Gone): void {
    this.#flush();
    for (const id of data.entities) this.#entities.delete(id);
    for (const id of data.alerts) if (this.#alerts.get(id)?.state !== "closed") this.#alerts.delete(id);
    for (const id of data.incidents) if (this.#incidents.get(id)?.state !== "closed") this.#drop(id);
    for (const id of data.requests) this.#requests.delete(id);
    for (const id of data.advice) this.#advice.delete(id);
    for (const key of data.tasks) this.#cards.delete(key);
    this.#turned({ entities: true, alerts: true, incidents: true, requests: true, advice: true });
  }

  /** Closed to this seat: it goes, also what had ended and was kept for the timeline. */
  #shut(data: Gone): void {
    this.#flush();
    for (const id of data.alerts) this.#alerts.delete(id);
    for (const id of data.incidents) this.#drop(id);
    for (const id of data.requests) this.#requests.delete(id);
    for (const id of data.advice) this.#advice.delete(id);
    for (const key of data.tasks) {
      this.#cards.delete(key);
      const [id = "", ...task] = key.split("/");
      const bare = this.#bare.get(id);
      if (bare) this.#bare.set(id, withoutTask(bare, task.join("/")));
      this.#whole(id);
    }
    this.#turned({ entities: false, alerts: true, incidents: true, requests: true, advice: true });
  }

  #drop(id: string): void {
    this.#bare.delete(id);
    this.#incidents.delete(id);
    for (const key of [...this.#cards.keys()]) if (key.startsWith(`${id}/`)) this.#cards.delete(key);
  }

  /** The incident anew, with its cards. */
  #whole(id: string): true {
    const bare = this.#bare.get(id);
    if (bare) this.#incidents.set(id, withCards(bare, [...this.#cards.values()].filter((card) => card.incident === id)));
    return true;
  }

  #turned(what: { entities: boolean; alerts: boolean; incidents: boolean; requests: boolean; advice: boolean }): void {
    if (what.entities) this.#turn.entities++;
    if (what.alerts) this.#turn.alerts++;
    if (what.incidents) this.#turn.incidents++;
    if (what.requests) this.#turn.requests++;
    if (what.advice) this.#turn.advice++;
  }

  /** Alerts closed in the last hours: the timeline and the alarm load count them too. */
  async #recent(): Promise<void> {
    try {
      const page = await alertsApi.list({ state: "all", limit: 500 });
      const since = clock.now - CLOSED_KEPT_MS;
      this.#lay({ entities: [], alerts: page.items.filter((a) => a.state !== "closed" || Date.parse(a.updated_at) > since), incidents: [], tasks: [], requests: [], advice: [], now: "" });
    } catch {
      // the open ones are there; the timeline starts shorter
    }
  }
}

export const city = new City();
