import { randomUUID } from "node:crypto";
import type { Firestore } from "@google-cloud/firestore";
import { z } from "zod";
import type { Clock } from "#shared/clock.ts";

/** Somebody else has held the lock for longer than anyone should. */
class LockTimeoutError extends Error {
  override readonly name = "LockTimeoutError";
}

/** Runs work of which only one may run at a time, in any instance. */
type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

const leaseMs = 60_000;
const patienceMs = 3 * leaseMs;
const pollMs = 250;

const Lock = z.object({ holder: z.string(), expiresAt: z.number() });

/** A lock in the collection `locks`; one whose holder has died opens after a minute. */
export function openLock(firestore: Firestore, name: string, clock: Clock): Exclusive {
  const document = firestore.collection("locks").doc(name);

  const acquire = (holder: string) =>
    firestore.runTransaction(async (transaction) => {
      const snapshot = await transaction.get(document);
      const held = snapshot.exists ? Lock.parse(snapshot.data()) : null;
      if (held !== null && held.expiresAt > clock.now()) return false;
      transaction.set(document, { holder, expiresAt: clock.now() + leaseMs });
      return true;
    });

  const release = (holder: string) =>
    firestore.runTransaction(async (transaction) => {
      const held = Lock.safeParse((await transaction.get(document)).data());
      if (held.data?.holder === holder) transaction.delete(document);
    });

  return async (work) => {
    const holder = randomUUID();
    const until = clock.now() + patienceMs;
    while (!(await acquire(holder))) {
      if (clock.now() >= until) throw new LockTimeoutError(`the lock ${name} does not come free`);
      await clock.sleep(pollMs * (0.5 + Math.random()));
    }
    try {
      return await work();
    } finally {
      await release(holder);
    }
  };
}
