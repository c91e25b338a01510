/**
 * Keys. An action has a delivered key, can be remapped, and all single keys can be switched off (WCAG 2.1.4).
 * Whoever is on screen takes part with `keys.on(action, then)`; the newest taker is asked first.
 */
import { settings } from "./settings.svelte";

export const DELIVERED: Record<string, string> = {
  down: "J", up: "K", enter: "Enter", find: "/",
  acknowledge: "A", confirm: "C", reject: "R", shelve: "S", incident: "I", closeAlert: "X", undo: "Z", note: "N", mute: "M",
  follow: "E", sources: "T", layers: "L", objects: "O", flood: "F",
  pick: "B", share: "H", takeOver: "T", procedure: "P", finish: "D", accept: "Y",
  first: "1", second: "2", third: "3", fourth: "4", fifth: "5", sixth: "6",
  back: "ArrowLeft", forward: "ArrowRight", live: "Home", play: " ", slower: ",", faster: ".", closer: "+", wider: "-", help: "?", escape: "Escape",
};
/** Not single characters: they stay when single keys are off, and are not remapped. */
const FIXED = new Set(["enter", "back", "forward", "live", "play", "escape"]);
export const SHOWN: Record<string, string> = { ArrowLeft: "←", ArrowRight: "→", Enter: "⏎", Escape: "Esc", " ": "Space" };

export const isFixed = (action: string): boolean => FIXED.has(action);

/** Whether a press belongs to what is being typed into. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type);
}

/** Enter on a button or a link, or Space on a button, presses that one, whatever the board does with the key. */
const PRESSED: Record<string, string> = { Enter: "button, a[href]", " ": "button, input, summary" };
function isPressing(event: KeyboardEvent): boolean {
  const pressed = PRESSED[event.key];
  return pressed !== undefined && event.target instanceof HTMLElement && event.target.closest(pressed) !== null;
}

/** false: not mine, ask the next */
type Then = (event: KeyboardEvent) => unknown;

class Keys {
  #takers = new Map<string, Then[]>();
  /** a dialog is open: only what it took acts */
  #floor: number[] = [];
  #order = new WeakMap<Then, number>();
  #next = 0;

  of(action: string): string {
    return settings.seat.keys[action] ?? DELIVERED[action] ?? "";
  }

  /** What stands on the button; empty while switched off. */
  hint(action: string): string {
    const key = this.of(action);
    if (!settings.seat.singleKeys && !FIXED.has(action)) return "";
    return SHOWN[key] ?? key;
  }

  on(action: string, then: Then): () => void {
    const takers = this.#takers.get(action) ?? [];
    this.#takers.set(action, [...takers, then]);
    this.#order.set(then, this.#next++);
    return () => this.#takers.set(action, (this.#takers.get(action) ?? []).filter((t) => t !== then));
  }

  /** While a dialog is open, what stands behind it does not hear keys. */
  shield(): () => void {
    const mark = this.#next++;
    this.#floor.push(mark);
    return () => void (this.#floor = this.#floor.filter((m) => m !== mark));
  }

  /** Puts `key` on `action`; who had it gets the old one. Answers who that was. */
  remap(action: string, key: string): string | null {
    const old = this.of(action);
    const other = Object.keys(DELIVERED).find((a) => a !== action && this.of(a) === key) ?? null;
    if (other && FIXED.has(other)) return other;
    settings.set({ keys: { ...settings.seat.keys, [action]: key, ...(other ? { [other]: old } : {}) } });
    return other;
  }

  reset(): void {
    settings.set({ keys: {} });
  }

  press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isPressing(event)) return;
    const typing = isTyping(event.target);
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    const floor = this.#floor.at(-1) ?? -1;
    for (const [action, takers] of this.#takers) {
      if (this.of(action) !== key) continue;
      if (typing && action !== "escape") continue;
      if (!FIXED.has(action) && !settings.seat.singleKeys) continue;
      for (const then of takers.toReversed()) {
        if ((this.#order.get(then) ?? 0) < floor) continue;
        if (then(event) !== false) {
          event.preventDefault();
          return;
        }
      }
    }
  }
}

export const keys = new Keys();

/** For a component: takes part while it is on screen. */
export function useKeys(takers: Record<string, Then>): void {
  $effect(() => {
    const off = Object.entries(takers).map(([action, then]) => keys.on(action, then));
    return () => off.forEach((leave) => leave());
  });
}
