/**
 * What panels draw follows the stream at a pace: readings may come a thousand a second, an eye follows a few changes a
 * second. Worked out outside of what the stream touches, so that a quiet moment costs nothing.
 */
import { untrack } from "svelte";
import { paced } from "../ui/paced";

export const CALM_MS = 500;

/** What `read` says, at most once in `every` ms, as long as `when` names what it rests on. For a component's script. */
export function calm<T>(when: () => unknown, read: () => T, every = CALM_MS): { readonly now: T } {
  let now = $state.raw(untrack(read));
  const pace = paced<undefined>(every, () => void (now = untrack(read)));
  $effect(() => {
    when();
    pace.push(undefined);
  });
  $effect(() => pace.stop);
  return {
    get now() {
      return now;
    },
  };
}
