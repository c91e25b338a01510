/** Lets a stream of calls through at a pace: the first at once, then the newest of each pause. */
export function paced<T>(pause: number, then: (newest: T) => void): { push: (value: T) => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: { value: T } | null = null;
  const next = (): void => {
    timer = undefined;
    if (!waiting) return;
    const { value } = waiting;
    waiting = null;
    then(value);
    timer = setTimeout(next, pause);
  };
  return {
    push(value) {
      waiting = { value };
      if (timer === undefined) next();
    },
    stop: () => clearTimeout(timer),
  };
}
