/** Longer than any transaction in good health; after that one goes ahead and takes its chances. */
const patienceMs = 2000;

/** Lets one holder at a time through for each key; a queue, not a lock: who has waited long enough passes too. */
export function createTurnstile() {
  const queues = new Map<string, Buffer[]>();
  const waiting = new Set<() => void>();

  return {
    /** Resolves when `holder` is first in line for every key, or has waited long enough. */
    async enter(holder: Buffer, keys: readonly string[]): Promise<void> {
      for (const key of keys) queues.set(key, [...(queues.get(key) ?? []), holder]);
      const isFirst = () => keys.every((key) => queues.get(key)?.[0] === holder);
      if (isFirst()) return;
      await new Promise<void>((resolve) => {
        const pass = () => {
          clearTimeout(timer);
          waiting.delete(check);
          resolve();
        };
        const check = () => isFirst() && pass();
        const timer = setTimeout(pass, patienceMs).unref();
        waiting.add(check);
      });
    },

    leave(holder: Buffer): void {
      for (const [key, queue] of queues) {
        const rest = queue.filter((other) => other !== holder);
        if (rest.length === 0) queues.delete(key);
        else queues.set(key, rest);
      }
      for (const check of waiting) check();
    },
  };
}
