/** Lets calls through one by one, or together: the first at once, what comes in the pause after it when that is over. */
export function gathered<T>(pause: number, then: (all: readonly T[]) => void): { push: (value: T) => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: T[] = [];
  const next = (): void => {
    timer = undefined;
    if (!waiting.length) return;
    const all = waiting;
    waiting = [];
    timer = setTimeout(next, pause);
    then(all);
  };
  return {
    push(value) {
      waiting.push(value);
      // those of one moment go together
      timer ??= setTimeout(next, 0);
    },
    stop: () => clearTimeout(timer),
  };
}
