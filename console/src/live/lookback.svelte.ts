/** Looking back: the same screens as of an earlier moment. Nothing is rerun; it is read. The live picture goes on unseen. */
import { ApiProblem } from "../api/http";
import type { Alert, EntityState, Incident, PastPicture } from "../api/types";
import { city } from "./city.svelte";
import { clock } from "./clock.svelte";
import { Moments, onStep, STEP_MS } from "./moments";
import { byId, type Picture } from "./picture";
import { isQueued } from "./rank";

export const SPEEDS = [1, 10, 60] as const;
export type Speed = (typeof SPEEDS)[number];
/** while the handle is dragged, only where it rests is read */
const SETTLE_MS = 180;
const TICK_MS = 250;
const MINUTE_MS = 60_000;
const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** At 60 times the pace one picture a minute is one a second. */
const stride = (speed: Speed): number => (speed === 60 ? MINUTE_MS : STEP_MS);

class LookBack implements Picture {
  /** the moment looked at, ms; null: live */
  at = $state<number | null>(null);
  entities = $state.raw<ReadonlyMap<string, EntityState>>(NOTHING);
  alerts = $state.raw<ReadonlyMap<string, Alert>>(NOTHING);
  incidents = $state.raw<ReadonlyMap<string, Incident>>(NOTHING);
  turnOfEntities = $state(0);
  /** what the server said beside it: why there is nothing, what is closed to this room by now */
  shown = $state.raw<PastPicture | null>(null);
  busy = $state(false);
  playing = $state(false);
  speed = $state<Speed>(1);
  problem = $state.raw<ApiProblem | null>(null);
  /** critical alerts that stood there when looking back began */
  #known = $state.raw<ReadonlySet<string>>(new Set());
  #moments = new Moments(() => clock.now);
  #settle: ReturnType<typeof setTimeout> | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #played = 0;
  #turn = 0;

  get on(): boolean {
    return this.at !== null;
  }

  /** Critical alerts that came to live meanwhile and that nobody has acknowledged. */
  get criticalNow(): number {
    if (this.at === null) return 0;
    return [...city.alerts.values()].filter((a) => isCritical(a) && !this.#known.has(a.id)).length;
  }

  /** To a moment; one that is hardly past is live. `settle`: wait until the handle rests. */
  go(at: number, { settle = false } = {}): void {
    const moment = onStep(at);
    if (!Number.isFinite(moment) || moment > clock.now - STEP_MS) return this.live();
    if (this.at === null) this.#known = new Set([...city.alerts.values()].filter(isCritical).map((a) => a.id));
    this.#played = moment;
    this.#show(moment, settle);
  }

  /** So many ms on (or back) from the moment on view. */
  step(by: number): void {
    this.go((this.at ?? onStep(clock.now)) + by);
  }

  live(): void {
    this.pause();
    clearTimeout(this.#settle);
    this.#turn++;
    this.at = null;
    this.busy = false;
    this.problem = null;
    this.#lay(null);
  }

  /** For whoever signs out: nothing stays. */
  leave(): void {
    this.live();
    this.#moments.clear();
  }

  play(): void {
    if (this.at === null) return;
    this.playing = true;
    this.#played = this.at;
    clearInterval(this.#ticking);
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  pause(): void {
    this.playing = false;
    clearInterval(this.#ticking);
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  pace(by: 1 | -1): void {
    const at = SPEEDS.indexOf(this.speed) + by;
    this.speed = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))] ?? 1;
  }

  #tick(): void {
    // a picture that is late holds the play: no moment is skipped unseen
    if (this.at === null || this.busy) return;
    this.#played += TICK_MS * this.speed;
    const moment = onStep(this.#played, stride(this.speed));
    if (moment > clock.now - STEP_MS) return this.live();
    if (moment > this.at) this.#show(moment, false);
  }

  #show(moment: number, settle: boolean): void {
    this.at = moment;
    this.busy = true;
    this.problem = null;
    const turn = ++this.#turn;
    clearTimeout(this.#settle);
    if (settle) this.#settle = setTimeout(() => void this.#read(moment, turn), SETTLE_MS);
    else void this.#read(moment, turn);
  }

  async #read(moment: number, turn: number): Promise<void> {
    try {
      const picture = await this.#moments.read(moment);
      // a late answer to an earlier question is no answer to this one
      if (turn !== this.#turn) return;
      this.#lay(picture);
      this.busy = false;
      const next = moment + stride(this.speed);
      if (this.playing && next <= clock.now - STEP_MS) this.#moments.read(next).catch(() => undefined);
    } catch (caught) {
      if (turn !== this.#turn) return;
      this.#lay(null);
      this.busy = false;
      this.pause();
      if (!(caught instanceof ApiProblem)) throw caught;
      this.problem = caught;
    }
  }

  #lay(picture: PastPicture | null): void {
    this.shown = picture;
    this.entities = picture ? byId(picture.entities) : NOTHING;
    this.alerts = picture ? byId(picture.alerts) : NOTHING;
    this.incidents = picture ? byId(picture.incidents) : NOTHING;
    this.turnOfEntities++;
  }
}

const isCritical = (alert: Alert): boolean => alert.severity === "critical" && alert.state === "new" && isQueued(alert);

export const lookback = new LookBack();
