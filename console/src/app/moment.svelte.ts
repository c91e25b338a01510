/** The moment looked back at stands in the address: a link opens the same minute. */
import { lookback } from "../live/lookback.svelte";

/** The moment named by `?at=`, ms; null: none, or one that is no time. Pure. */
export function momentIn(search: string): number | null {
  const at = Date.parse(new URLSearchParams(search).get("at") ?? "");
  return Number.isNaN(at) ? null : at;
}

/** The same address at that moment; whatever else is asked there stays. Pure. */
export function withMoment(path: string, search: string, at: number | null): string {
  const asked = new URLSearchParams(search);
  if (at === null) asked.delete("at");
  else asked.set("at", new Date(at).toISOString().replace(".000Z", "Z"));
  const tail = asked.toString().replaceAll("%3A", ":");
  return path + (tail ? `?${tail}` : "");
}

/** Go where the address says: at first, and on the browser's way back and forth. */
export function followAddress(): () => void {
  const follow = (): void => {
    const at = momentIn(location.search);
    if (at !== null) lookback.go(at);
    else if (lookback.on) lookback.live();
  };
  // whoever looked back before the first picture was there stays where they are
  if (momentIn(location.search) !== null) follow();
  addEventListener("popstate", follow);
  return () => removeEventListener("popstate", follow);
}

/** Write the moment on view into the address, once the eye rests on it; not before `ready`, when it is still to be read there. */
export function keepAddress(ready: () => boolean): void {
  $effect(() => {
    const at = lookback.at;
    if (!ready() || lookback.busy) return;
    const there = withMoment(location.pathname, location.search, at);
    if (there !== location.pathname + location.search) history.replaceState(history.state, "", there);
  });
}
