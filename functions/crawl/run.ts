import pLimit from "p-limit";
import type { CrawlKey, Mark, Retry } from "#shared/catalog/crawls.ts";
import { PermanentError } from "#shared/errors.ts";
import { describe, log } from "#shared/log.ts";
import { addFailure } from "./report.ts";
import type { Candidate, Source } from "./source.ts";
import { findStored, mayPass, storeCandidate, type StoreContext } from "./store.ts";
import { sweepDeleted } from "./sweep.ts";

export interface Run extends StoreContext {
  readonly key: CrawlKey;
  readonly source: Source;
  /** Where the crawl of this query is; kept after every page. */
  mark: Mark;
  /** Keeps the report and the mark, and prolongs the lease. */
  readonly keep: () => Promise<void>;
}

/** A failed sound is tried again by this many crawls, and no more than this many wait for that. */
const triesLimit = 5;
const retriesLimit = 1000;
/** A page on which so many fail and nothing works is not the sounds' fault. */
const allFailing = 8;

/** What ends every download alike, and so the run. */
const endings = new Set(["quota-exhausted", "bad-key", "no-oauth"]);

/** Nothing at all could be fetched any more: going on would only list every sound as failed. */
class SourceDownError extends Error {
  override readonly name = "SourceDownError";
}

/** Does what is left to do, page by page, from the mark's place on. */
export async function runCrawl(run: Run): Promise<void> {
  const tried = run.plan.mode === "sample" ? new Set<string>() : await retryFailed(run);
  const seen = await scan(run, tried);
  // A scan that began in another run has not seen everything itself; the sweep then asks for more.
  if (run.mark.full) await sweepDeleted(run, run.source, seen);
}

/** Goes through the pages; what this run has `tried` already is not tried once more. */
async function scan(run: Run, tried: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const { source, report, plan } = run;
  const seen = new Set<string>();
  const { scan: place = null, looked: before = 0 } = run.mark.place ?? {};
  if (place === null) return seen;
  const limit = plan.limit ?? Infinity;
  let looked = before;
  for await (const page of source.pages(place)) {
    report.found = page.found;
    const candidates = page.candidates.slice(0, limit - looked);
    looked += candidates.length;
    for (const { id } of candidates) seen.add(id);
    for (const failure of page.failures) addFailure(report, failure);
    const failed = await storeAll(
      run,
      candidates.filter(({ id }) => !tried.has(id)),
    );
    if (failed.isSourceDown) throw new SourceDownError(failed.why);
    run.mark = {
      ...run.mark,
      newest: page.newest ?? run.mark.newest,
      place: { scan: looked < limit ? page.next : null, looked },
      retries: [...run.mark.retries, ...failed.retries].slice(0, retriesLimit),
    };
    await run.keep();
    if (looked >= limit) break;
  }
  return seen;
}

/**
 * Sounds that failed in earlier crawls, once more; one call for a hundred of them. That they fail again says
 * nothing about the others. Answers the ids that were tried.
 */
async function retryFailed(run: Run): Promise<ReadonlySet<string>> {
  const { source, mark } = run;
  if (source.find === undefined || mark.retries.length === 0) return new Set();
  const found = await source.find(mark.retries.map(({ id }) => id));
  const tries = new Map(mark.retries.map(({ id, tries }) => [id, tries]));
  const { retries, isSourceDown } = await storeAll(run, found);
  if (isSourceDown) return new Set(); // they wait on, and the scan says so
  const again = retries.map(({ id }): Retry => ({ id, tries: (tries.get(id) ?? 0) + 1 }));
  run.mark = { ...run.mark, retries: again.filter(({ tries }) => tries < triesLimit) };
  await run.keep();
  return new Set(found.map(({ id }) => id));
}

interface Failed {
  /** Those that may do better another time. */
  readonly retries: Retry[];
  /** Nothing worked, and so many were not even answered that the source itself must be down. */
  readonly isSourceDown: boolean;
  readonly why: string;
}

/** Stores what may be stored; answers what failed. */
async function storeAll(run: Run, candidates: readonly Candidate[]): Promise<Failed> {
  const { plan, report, signal } = run;
  const slot = pLimit(plan.concurrency);
  const before = report.stored + report.already_stored;
  const failures: { candidate: Candidate; error: unknown }[] = [];
  let ending: PermanentError | undefined;
  const known = await findStored(run.edges, candidates);
  await slot.map(candidates, async (candidate) => {
    if (signal.aborted || ending !== undefined) return;
    try {
      await storeCandidate(run, candidate, known);
    } catch (error) {
      if (error instanceof PermanentError && endings.has(error.reason)) ending = error;
      else if (!signal.aborted) failures.push({ candidate, error });
    }
  });
  // A page that was cut short is not done: the crawl goes on at its beginning.
  signal.throwIfAborted();
  if (ending !== undefined) throw ending;
  // A file that is answered to be missing is that sound's own failure.
  const unanswered = failures.filter(({ error }) => !(error instanceof PermanentError));
  const nothingWorked = report.stored + report.already_stored === before;
  if (nothingWorked && unanswered.length >= allFailing)
    return {
      retries: [],
      isSourceDown: true,
      why: `all of ${unanswered.length} downloads failed, the first one with: ${describe(unanswered[0]?.error)}`,
    };
  for (const { candidate, error } of failures) {
    const { id, title } = candidate;
    log.soundFailed({ crawlId: report.crawl_id, soundId: id }, error);
    addFailure(report, { sound_id: toId(id), title, reason: describe(error) });
  }
  const passing = failures.filter(({ error }) => mayPass(error));
  const retries = passing.map(({ candidate }) => ({ id: candidate.id, tries: 1 }));
  return { retries, isSourceDown: false, why: "" };
}

/** Freesound's ids are numbers, in its answers and in ours. */
const toId = (id: string) => (/^\d{1,15}$/.test(id) ? Number(id) : id);
