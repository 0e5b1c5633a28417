import { LeaseLostError } from "#shared/catalog/crawls.ts";
import { log } from "#shared/log.ts";
import type { CrawlEdges } from "./edges.ts";
import type { CrawlPlan } from "./plan.ts";
import { type CrawlReport, toRow } from "./report.ts";

/** The run's time is over: what is left is for the next one. */
export class OutOfTimeError extends Error {
  override readonly name = "OutOfTimeError";
}

/** The result of a run that has lost its lease is kept too, without touching what its successor keeps. */
export async function finish(
  { crawls }: CrawlEdges,
  crawlId: string,
  end: () => Promise<void>,
  document: CrawlReport,
): Promise<void> {
  try {
    await end();
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    log.leaseLost({ crawlId });
    await crawls.write(crawlId, { ...document });
  }
}

/** A crawl that ended without a word gets its end, in its document and in the table. */
export async function bury(
  { crawls, warehouse, clock }: CrawlEdges,
  crawlId: string,
  document: Readonly<Record<string, unknown>>,
  heir: string,
): Promise<void> {
  log.crawlTakenOver({ crawlId: heir, from: crawlId });
  const ended = {
    ...document,
    status: "partial",
    finished_at: new Date(clock.now()).toISOString(),
    error: `ended without a word; crawl ${heir} goes on`,
  };
  await crawls.write(crawlId, ended);
  await warehouse.insert("crawls", crawlId, toRow(ended));
}

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

/** Prolongs the lease three times as often as needed; a crawl that has lost it must stop. */
export async function beat(
  { clock }: CrawlEdges,
  { leaseMs }: CrawlPlan,
  done: AbortSignal,
  work: AbortController,
  keep: () => Promise<void>,
): Promise<void> {
  while (!done.aborted) {
    try {
      await clock.sleep(leaseMs / 3, done);
      await keep();
    } catch (error) {
      if (error instanceof LeaseLostError) return work.abort(error);
      // Else the next beat, or the next page, says whether the catalog can be reached again.
      if (!done.aborted) log.heartbeatFailed(error);
    }
  }
}
