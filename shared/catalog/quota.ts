import { createHash } from "node:crypto";
import type { Firestore } from "@google-cloud/firestore";
import { z } from "zod";

/** Calls that a key may make in any minute and in any day. */
export interface QuotaRates {
  readonly perMinute: number;
  readonly perDay: number;
}

/** The quota of one API key, kept where every instance sees it. */
export interface SharedQuota {
  /** Takes one call; answers how many milliseconds to wait before asking again, 0 when the call may go out. */
  take(): Promise<number>;
  /** Nobody takes a call for `waitMs`, an hour at most; for a day the rates are at most the learned ones. */
  pause(waitMs: number, learned: Partial<QuotaRates>): Promise<void>;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Freesound says a rate again in its next 429 if it still holds. */
const learnedMs = dayMs;
/** A 429 costs nothing: asking once an hour finds out whether a longer pause was meant. */
const pauseLimitMs = 3_600_000;
/** Calls travel for different times, and instances' clocks differ: the minute is kept a little longer. */
const marginMs = 2_000;
/** The day is counted in slots, each kept until all of it is a day old: a few numbers, never too many calls. */
const slotMs = 600_000;

const Usage = z.object({
  schemaVersion: z.literal(1),
  /** Times of the calls of the last minute, in milliseconds since the epoch. */
  recent: z.array(z.number()),
  /** Calls by the start of their slot. */
  slots: z.record(z.string(), z.number()),
  pausedUntil: z.number(),
  learned: z.object({ perMinute: z.number().optional(), perDay: z.number().optional() }),
  learnedAt: z.number().default(0),
});
type Usage = z.infer<typeof Usage>;

const unused: Usage = {
  schemaVersion: 1,
  recent: [],
  slots: {},
  pausedUntil: 0,
  learned: {},
  learnedAt: 0,
};

/**
 * Opens the document of a key in the collection `quotas`. Its id is made from a hash: the key itself is a
 * secret and stays out of the database.
 */
export function openQuota(
  firestore: Firestore,
  apiKey: string,
  rates: QuotaRates,
  now: () => number = Date.now,
): SharedQuota {
  const id = createHash("sha256").update(`freesound ${apiKey}`).digest("hex").slice(0, 32);
  const document = firestore.collection("quotas").doc(id);

  const change = <T>(work: (usage: Usage) => { usage: Usage | null; result: T }): Promise<T> =>
    firestore.runTransaction(async (transaction) => {
      const snapshot = await transaction.get(document);
      const stored = snapshot.exists ? Usage.parse(snapshot.data()) : unused;
      const { usage, result } = work(stored);
      if (usage !== null) transaction.set(document, usage);
      return result;
    });

  return {
    take: () =>
      change((stored) => {
        const usage = forget(stored, now());
        const waitMs = waitOf(usage, rates, now());
        if (waitMs > 0) return { usage: null, result: waitMs };
        return { usage: spend(usage, now()), result: 0 };
      }),

    pause: (waitMs, learned) =>
      change((stored) => {
        const usage = forget(stored, now());
        const pausedUntil = Math.max(usage.pausedUntil, now() + Math.min(waitMs, pauseLimitMs));
        const hasLearned = Object.keys(learned).length > 0;
        const rest = hasLearned
          ? { learned: { ...usage.learned, ...learned }, learnedAt: now() }
          : {};
        return { usage: { ...usage, ...rest, pausedUntil }, result: undefined };
      }),
  };
}

function forget(usage: Usage, now: number): Usage {
  const slots = Object.entries(usage.slots).filter(
    ([start]) => Number(start) + slotMs + dayMs > now,
  );
  return {
    ...usage,
    recent: usage.recent.filter((at) => at + minuteMs + marginMs > now),
    slots: Object.fromEntries(slots),
    learned: usage.learnedAt + learnedMs > now ? usage.learned : {},
  };
}

function spend(usage: Usage, now: number): Usage {
  const slot = String(Math.floor(now / slotMs) * slotMs);
  const calls = (usage.slots[slot] ?? 0) + 1;
  return { ...usage, recent: [...usage.recent, now], slots: { ...usage.slots, [slot]: calls } };
}

/** When the oldest calls have become old enough for one more; at least a millisecond when there is a wait. */
function waitOf(usage: Usage, rates: QuotaRates, now: number): number {
  const perMinute = Math.min(rates.perMinute, usage.learned.perMinute ?? Infinity);
  const perDay = Math.min(rates.perDay, usage.learned.perDay ?? Infinity);
  const free = [usage.pausedUntil];
  const over = usage.recent.length - perMinute;
  const last = usage.recent.toSorted((a, b) => a - b).at(Math.max(0, over));
  if (over >= 0 && last !== undefined) free.push(last + minuteMs + marginMs);
  const starts = Object.keys(usage.slots).map(Number);
  const today = Object.values(usage.slots).reduce((sum, calls) => sum + calls, 0);
  if (today >= perDay) free.push(Math.min(...starts) + slotMs + dayMs);
  const waitMs = Math.max(...free) - now;
  return waitMs > 0 ? Math.ceil(waitMs) : 0;
}
