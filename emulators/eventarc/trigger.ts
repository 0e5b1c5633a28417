import pLimit from "p-limit";
import { backoffSeconds } from "./backoff.ts";
import { type FinalizeEvent, toHeaders } from "./event.ts";
import { post } from "./post.ts";
import { shuffled } from "./shuffle.ts";
import {
  type DeadLetter,
  type Disturbance,
  type TriggerOptions,
  type TriggerStats,
} from "./types.ts";

/** Eventarc keeps an event for 24 hours. */
const windowSeconds = 24 * 3600;

/** How long held back events wait for company. */
const reorderSeconds = 10;

/** What all triggers of one deliverer share. */
export interface Surroundings {
  readonly random: () => number;
  readonly responseTimeoutMs: number;
  /** Aborted by `close()`. */
  readonly closing: AbortSignal;
  /** Calls back after seconds of the scaled clock, unless closed before. */
  after(seconds: number, then: () => void): void;
  deadLetter(letter: DeadLetter): void;
  /** One delivery began (1) or ended (-1). */
  count(change: 1 | -1): void;
}

export interface Trigger extends TriggerOptions {
  take(event: FinalizeEvent, disturbance: Disturbance): void;
  stats(): TriggerStats;
}

interface Delivery {
  readonly event: FinalizeEvent;
  readonly isCopy: boolean;
  attempts: number;
  /** Seconds of waiting, by the clock, and of work, in real time. */
  ageSeconds: number;
}

/** The deliveries to one target, independent of every other. */
export function createTrigger(options: TriggerOptions, around: Surroundings): Trigger {
  const { name, url, concurrency } = options;
  const limit = pLimit(concurrency);
  const totals = { published: 0, delivered: 0, deadLettered: 0, attempts: 0, duplicates: 0 };
  let held: Delivery[] = [];

  const start = (delivery: Delivery) => void limit(() => attempt(delivery));

  async function attempt(delivery: Delivery): Promise<void> {
    if (around.closing.aborted) return;
    delivery.attempts += 1;
    totals[delivery.isCopy ? "duplicates" : "attempts"] += 1;
    const began = performance.now();
    const error = await send(delivery.event);
    delivery.ageSeconds += (performance.now() - began) / 1000;
    if (around.closing.aborted) return;
    if (delivery.isCopy) around.count(-1);
    else if (error === undefined) {
      totals.delivered += 1;
      around.count(-1);
    } else retry(delivery, error);
  }

  /** Undefined when the target acknowledged. */
  async function send(event: FinalizeEvent): Promise<string | undefined> {
    const { responseTimeoutMs: timeoutMs, closing: signal } = around;
    try {
      const body = JSON.stringify(event.data);
      const reply = await post(url, toHeaders(event), body, { timeoutMs, signal });
      const isSuccess = reply.status >= 200 && reply.status < 300;
      return isSuccess ? undefined : `${reply.status}: ${reply.body.slice(0, 1000)}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  function retry(delivery: Delivery, lastError: string): void {
    const { event, attempts } = delivery;
    const wait = backoffSeconds(attempts, around.random);
    if (delivery.ageSeconds + wait < windowSeconds) {
      delivery.ageSeconds += wait;
      around.after(wait, () => start(delivery));
      return;
    }
    totals.deadLettered += 1;
    around.deadLetter({ trigger: name, event, attempts, lastError });
    around.count(-1);
  }

  function hold(delivery: Delivery, upTo: number): void {
    held.push(delivery);
    if (held.length >= upTo) release();
    else if (held.length === 1) around.after(reorderSeconds, release);
  }

  function release(): void {
    const released = shuffled(held, around.random);
    held = [];
    for (const delivery of released) start(delivery);
  }

  return {
    ...options,
    take(event, { duplicates = 0, delaySeconds = 0, reorder = 0 }) {
      totals.published += 1;
      for (let copy = 0; copy <= duplicates; copy += 1) {
        const delivery = { event, isCopy: copy > 0, attempts: 0, ageSeconds: 0 };
        const begin = () => (reorder > 1 ? hold(delivery, reorder) : start(delivery));
        around.count(1);
        if (delaySeconds > 0) around.after(delaySeconds * around.random(), begin);
        else begin();
      }
    },
    stats: () => ({
      ...totals,
      pending: totals.published - totals.delivered - totals.deadLettered,
    }),
  };
}
