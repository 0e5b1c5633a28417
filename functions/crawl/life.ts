import { LeaseLostError } from "#shared/catalog/crawls.ts";
import { describe, log } from "#shared/log.ts";
import type { CrawlEdges } from "./edges.ts";
import type { CrawlPlan } from "./plan.ts";
import type { CrawlReport } from "./report.ts";

/** The run's time is over: what is left is for the next one. */
export class OutOfTimeError extends Error {
  override readonly name = "OutOfTimeError";
}

/**
 * Keeps the result of a run. That of one that has lost its lease is kept too, without touching what its successor
 * keeps; whether the row is still to be written is answered, for the successor writes that as well.
 */
export async function finish(
  { crawls }: CrawlEdges,
  crawlId: string,
  end: () => Promise<void>,
  document: CrawlReport,
): Promise<boolean> {
  try {
    await end();
    return true;
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    log.leaseLost({ crawlId });
    await crawls.amend(crawlId, { ...document });
    return false;
  }
}

/** The end of a crawl that ended without a word. */
export const toBuried = (
  document: Readonly<Record<string, unknown>>,
  heir: string,
  now: number,
): Readonly<Record<string, unknown>> => ({
  ...document,
  status: "partial",
  finished_at: new Date(now).toISOString(),
  error: `ended without a word; crawl ${heir} goes on`,
});

export async function timeout(
  { clock }: CrawlEdges,
  { runMs }: CrawlPlan,
  done: AbortSignal,
  work: AbortController,
): Promise<void> {
  await clock.sleep(runMs, done).then(
    () => work.abort(new OutOfTimeError(`stopped after ${runMs / 1000} s, before its deadline`)),
    () => {}, // the crawl was faster
  );
}

/** Work that was told to end may take so long to do so; what hangs longer is left alone. */
export const graceMs = 10_000;

/** The work's outcome; where it hangs after its end was asked for, the reason of that. */
export async function leaveHanging<T>(
  { clock }: CrawlEdges,
  work: Promise<T>,
  done: AbortSignal,
  ended: AbortSignal,
): Promise<T> {
  work.catch(() => {}); // it may fail when nobody listens any more
  const left = new Promise<never>((_, reject) => {
    const leave = () =>
      clock.sleep(graceMs, done).then(
        () => reject(toError(ended.reason)),
        () => {}, // it has ended by itself
      );
    ended.addEventListener("abort", () => void leave(), { once: true });
  });
  return Promise.race([work, left]);
}

const toError = (reason: unknown) =>
  reason instanceof Error ? reason : new Error(describe(reason));

/** What has changed is kept so often, for whoever asks how far the crawl is. */
export const progressMs = 3_000;

/**
 * Keeps what has changed, as `progress` tells it, and prolongs the lease three times as often as needed; a crawl
 * that has lost it must stop. One that is past its deadline and still there hangs: it loses the lease.
 */
export async function beat(
  { clock }: CrawlEdges,
  { leaseMs, until }: Pick<CrawlPlan, "leaseMs"> & { readonly until: number },
  done: AbortSignal,
  work: AbortController,
  progress: () => string,
  keep: () => Promise<void>,
): Promise<void> {
  let kept = progress();
  let keptAt = clock.now();
  while (!done.aborted && clock.now() < until) {
    try {
      await clock.sleep(Math.min(progressMs, leaseMs / 3), done);
      const now = progress();
      if (now === kept && clock.now() - keptAt < leaseMs / 3) continue;
      await keep();
      [kept, keptAt] = [now, clock.now()];
    } catch (error) {
      if (error instanceof LeaseLostError) return work.abort(error);
      // Else the next beat, or the next page, says whether the catalog can be reached again.
      if (!done.aborted) log.heartbeatFailed(error);
    }
  }
}
