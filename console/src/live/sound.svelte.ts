/** One tone per priority, repeated until acknowledged. Says when it is muted, until when, and when the browser blocks it. */
import type { Alert, Severity } from "../api/types";
import { settings } from "../ui/settings.svelte";
import { city } from "./city.svelte";
import { clock } from "./clock.svelte";
import { compare, isQueued } from "./rank";

export const MUTE_MS = 120_000;
/** Hz of each short tone, and the pause before it is said again, ms. Higher and faster is graver (EEMUA 191). */
const TONES: Record<Severity, { notes: number[]; every: number }> = {
  critical: { notes: [988, 784, 988, 784], every: 2_500 },
  high: { notes: [784, 784], every: 5_000 },
  medium: { notes: [587], every: 12_000 },
  low: { notes: [440], every: 60_000 },
};
const NOTE_S = 0.14;

class Sound {
  mutedUntil = $state(0);
  #blocked = $state(false);
  #context: AudioContext | null = null;
  #saidAt = 0;
  #saidFor = "";
  #timer: ReturnType<typeof setInterval> | undefined;

  /** The gravest alert that nobody has acknowledged. */
  get due(): Alert | null {
    let first: Alert | null = null;
    for (const alert of city.alerts.values()) if (alert.state === "new" && isQueued(alert) && (!first || compare(alert, first) < 0)) first = alert;
    return first;
  }

  get state(): "off" | "quiet" | "sounding" | "muted" | "blocked" {
    if (!settings.seat.sound) return "off";
    if (this.mutedUntil > clock.now) return "muted";
    if (!this.due) return "quiet";
    return this.#blocked ? "blocked" : "sounding";
  }

  start(): () => void {
    this.#timer = setInterval(() => this.#beat(), 250);
    const unlock = (): void => void this.allow();
    addEventListener("pointerdown", unlock, { once: true });
    addEventListener("keydown", unlock, { once: true });
    return () => {
      clearInterval(this.#timer);
      removeEventListener("pointerdown", unlock);
      removeEventListener("keydown", unlock);
    };
  }

  mute(): void {
    this.mutedUntil = clock.now + MUTE_MS;
  }
  unmute(): void {
    this.mutedUntil = 0;
  }
  toggleMute(): void {
    if (this.mutedUntil > clock.now) this.unmute();
    else this.mute();
  }

  /** Only a person's press may start sound in a browser; this is called from one. */
  async allow(): Promise<void> {
    this.#context ??= new AudioContext();
    await this.#context.resume();
    this.#blocked = this.#context.state !== "running";
  }

  #beat(): void {
    const due = this.due;
    if (!due || !settings.seat.sound || this.mutedUntil > clock.now) return;
    const tone = TONES[due.severity];
    const now = Date.now();
    if (this.#saidFor === due.id && now - this.#saidAt < tone.every) return;
    // before the first press on the page a browser lets nothing sound
    this.#blocked = !navigator.userActivation.hasBeenActive;
    if (this.#blocked) return;
    this.#context ??= new AudioContext();
    if (this.#context.state !== "running") void this.#context.resume();
    this.#saidAt = now;
    this.#saidFor = due.id;
    this.#play(this.#context, tone.notes);
  }

  #play(context: AudioContext, notes: number[]): void {
    notes.forEach((hertz, i) => {
      const from = context.currentTime + i * (NOTE_S + 0.05);
      const oscillator = new OscillatorNode(context, { type: "triangle", frequency: hertz });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setTargetAtTime(0.16, from, 0.012);
      gain.gain.setTargetAtTime(0, from + NOTE_S, 0.02);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(from);
      oscillator.stop(from + NOTE_S + 0.15);
    });
  }
}

export const sound = new Sound();
