/** A question that a panel asks anew while it stands on screen; a failure keeps what was known. For a component's script. */
import { untrack } from "svelte";
import { ApiProblem } from "../../api/http";

export function every<T>(ask: (signal: AbortSignal) => Promise<T>, pause = 60_000, when: () => unknown = () => undefined): { readonly now: T | null; readonly failed: boolean } {
  let now = $state.raw<T | null>(null);
  let failed = $state(false);
  $effect(() => {
    when();
    const away = new AbortController();
    const read = (): void => {
      ask(away.signal).then(
        (found) => {
          if (away.signal.aborted) return;
          now = found;
          failed = false;
        },
        (caught: unknown) => {
          if (caught instanceof ApiProblem) failed = true;
        },
      );
    };
    untrack(read);
    const timer = setInterval(read, pause);
    return () => {
      clearInterval(timer);
      away.abort();
    };
  });
  return {
    get now() {
      return now;
    },
    get failed() {
      return failed;
    },
  };
}
