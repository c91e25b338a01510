/** What this seat has chosen, kept in this browser. */
const STORE = "tocsin.seat";

interface Seat {
  theme: "dark" | "light";
  sound: boolean;
  singleKeys: boolean;
  keys: Record<string, string>;
  layers: Record<string, boolean>;
  tourHidden: Record<string, boolean>;
  /** the first steps do not stand in the queue any more */
  stepsHidden: boolean;
  timelineMin: number;
}
const DELIVERED: Seat = { theme: "dark", sound: true, singleKeys: true, keys: {}, layers: {}, tourHidden: {}, stepsHidden: false, timelineMin: 12 };

function read(): Seat {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "{}") as Partial<Seat>;
    return { ...DELIVERED, ...kept };
  } catch {
    return { ...DELIVERED };
  }
}

class Settings {
  seat = $state<Seat>(read());

  set(change: Partial<Seat>): void {
    Object.assign(this.seat, change);
    try {
      localStorage.setItem(STORE, JSON.stringify(this.seat));
    } catch {
      // a browser that keeps nothing still works; the choice lasts until it is closed
    }
    this.apply();
  }

  apply(): void {
    document.documentElement.dataset.theme = this.seat.theme;
  }
}

export const settings = new Settings();
