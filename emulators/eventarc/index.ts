import { createEventFactory } from "./event.ts";
import { checkTarget } from "./post.ts";
import { type Surroundings, type Trigger, createTrigger } from "./trigger.ts";
import { type DeadLetter, type Disturbance, type Eventarc, type EventarcOptions } from "./types.ts";

export { seededRandom } from "../freesound/random.ts";
export type { DeadLetter, Eventarc, EventarcOptions } from "./types.ts";

/**
 * Delivers the finalize events of Cloud Storage to functions as Eventarc does: at least once, to
 * each trigger by itself, again with backoff until a 2xx, for 24 hours. It is no server.
 */
export function startEventarc(options: EventarcOptions = {}): Eventarc {
  const { clock = 1, random = Math.random, responseTimeoutSeconds = 600 } = options;
  if (!(clock > 0))
    throw new RangeError(`clock is ${clock}: give the real seconds per second, above 0`);
  let disturbance: Disturbance = checkDisturbance(options.disturb ?? {});
  const triggers = new Map<string, Trigger>();
  const deadLetterListeners = new Set<(letter: DeadLetter) => void>();
  const timers = new Set<NodeJS.Timeout>();
  const waiting = new Set<() => void>();
  const closing = new AbortController();
  const toEvent = createEventFactory();
  let pending = 0;

  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };

  const around: Surroundings = {
    random,
    responseTimeoutMs: responseTimeoutSeconds * 1000,
    closing: closing.signal,
    after(seconds, then) {
      if (closing.signal.aborted) return;
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          then();
        },
        seconds * clock * 1000,
      );
      timers.add(timer);
    },
    deadLetter(letter) {
      for (const listener of deadLetterListeners) listener(letter);
    },
    count(change) {
      pending += change;
      if (pending === 0) wake();
    },
  };

  return {
    addTrigger(trigger) {
      if (triggers.has(trigger.name))
        throw new TypeError(`there is a trigger ${trigger.name} already`);
      checkTarget(trigger.url);
      triggers.set(trigger.name, createTrigger(trigger, around)); // p-limit refuses a bad concurrency
    },
    publish(object) {
      const event = toEvent(object);
      if (!closing.signal.aborted)
        for (const trigger of triggers.values())
          if (trigger.bucket === object.bucket) trigger.take(event, disturbance);
      return event;
    },
    disturb(next) {
      disturbance = checkDisturbance(next);
    },
    settled: () =>
      pending === 0 ? Promise.resolve() : new Promise((resolve) => waiting.add(resolve)),
    pending: () => pending,
    stats: () =>
      Object.fromEntries([...triggers].map(([name, trigger]) => [name, trigger.stats()])),
    onDeadLetter(listener) {
      deadLetterListeners.add(listener);
      return () => void deadLetterListeners.delete(listener);
    },
    close() {
      closing.abort();
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      pending = 0;
      wake();
    },
  };
}

function checkDisturbance(disturbance: Disturbance): Disturbance {
  for (const [key, value] of Object.entries(disturbance) as [string, number][])
    if (!(value >= 0)) throw new RangeError(`${key} is ${value}: give 0 or more`);
  return disturbance;
}
