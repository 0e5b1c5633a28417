import type { Clock } from "#emulators/pubsub/clock.ts";

/** A clock that moves when told to, and runs what is due on the way. */
export function manualClock(startMs = 1_800_000_000_000) {
  let nowMs = startMs;
  let order = 0;
  const due = new Map<number, { atMs: number; run: () => void }>();
  const clock: Clock = {
    now: () => nowMs,
    after(ms, run) {
      const id = ++order;
      due.set(id, { atMs: nowMs + ms, run });
      return () => void due.delete(id);
    },
  };
  return {
    ...clock,
    get pending() {
      return due.size;
    },
    advance(ms: number) {
      const untilMs = nowMs + ms;
      for (;;) {
        const next = [...due].filter(([, { atMs }]) => atMs <= untilMs).toSorted(earlier)[0];
        if (!next) break;
        const [id, { atMs, run }] = next;
        due.delete(id);
        nowMs = atMs;
        run();
      }
      nowMs = untilMs;
    },
  };
}

type Due = [id: number, { atMs: number }];

const earlier = ([idA, a]: Due, [idB, b]: Due) => a.atMs - b.atMs || idA - idB;
