import pLimit from "p-limit";
import { triesLimit } from "#shared/catalog/crawls.ts";
import { PermanentError } from "#shared/errors.ts";
import { describe, log } from "#shared/log.ts";
import { UploadError } from "#shared/objects/objects.ts";
import { cut } from "./cut.ts";
import { Hosts, isSilence, silenceLimit } from "./hosts.ts";
import { addFailure } from "./report.ts";
import type { Run } from "./run.ts";
import type { Candidate } from "./source.ts";
import { findStored, nameOf, storeCandidate } from "./store.ts";

/** What ends every download alike, and so the run. */
const endings = new Set(["quota-exhausted", "bad-key", "no-oauth"]);

/** How often one recording is tried, in a crawl that gets on and in one that must get by at last. */
const attempts = { usual: 4, last: 1 };

/** Nobody answers any more: going on would only list every sound as failed. */
export class SourceDownError extends Error {
  override readonly name = "SourceDownError";
}

interface Failed {
  readonly candidate: Candidate;
  readonly error: unknown;
}

export interface PageOutcome {
  readonly failed: readonly Failed[];
  /** Why it must be the source that is down and not the sounds; null when it is not. */
  readonly down: string | null;
}

/**
 * Stores what may be stored of a page, and says what failed. That nobody answers is not the sounds' fault, unless
 * they are sounds that failed before, or others of the page are stored.
 * @throws what ends the run: no credentials, no quota, its deadline, Storage that takes nothing
 */
export async function storePage(run: Run, candidates: readonly Candidate[]): Promise<PageOutcome> {
  const { plan, report, signal, mark } = run;
  const hosts = new Hosts();
  const isLast = (mark.place?.stuck ?? 0) >= triesLimit - 1;
  let left = candidates.length;
  const budgetMs = () => {
    if (!isLast) return plan.runMs / 2;
    const leftMs = Math.max(0, run.until - run.edges.clock.now());
    return (0.9 * leftMs) / Math.ceil(left / plan.concurrency);
  };
  const context = {
    ...run,
    hosts,
    givenUp: new Set(plan.mode === "full" ? [] : mark.givenUp),
    attempts: isLast ? attempts.last : attempts.usual,
    budgetMs,
  };
  const before = report.stored + report.already_stored;
  const failed: Failed[] = [];
  let ending: PermanentError | undefined;
  const known = await findStored(run.edges, candidates);
  await run.heritage?.settle(candidates.flatMap((one) => known.get(nameOf(one) ?? "") ?? []));
  await pLimit(plan.concurrency).map(candidates, async (candidate) => {
    if (signal.aborted || ending !== undefined) return;
    try {
      await storeCandidate(context, candidate, known);
    } catch (error) {
      if (error instanceof PermanentError && endings.has(error.reason)) ending = error;
      else if (!signal.aborted) failed.push({ candidate, error });
    } finally {
      left--;
    }
  });
  // A page that was cut short is not done: the crawl goes on at its beginning.
  signal.throwIfAborted();
  if (ending !== undefined) throw ending;
  const nothingWorked = report.stored + report.already_stored === before;
  const untaken = failed.filter(({ error }) => error instanceof UploadError);
  if (nothingWorked && untaken.length >= silenceLimit)
    throw new Error(`nothing can be stored: ${describe(untaken[0]?.error)}`);
  const waiting = new Set(mark.retries.map(({ id }) => id));
  const silent = failed.filter(
    ({ candidate, error }) => isSilence(error) && !waiting.has(candidate.id),
  );
  const isDown = nothingWorked && !hosts.anyAnswered && silent.length >= silenceLimit;
  const down = `all of ${silent.length} downloads failed, the first one with: ${describe(silent[0]?.error)}`;
  return { failed, down: isDown ? down : null };
}

/** Lists what failed; one that too many crawls have failed on is said to be given up. */
export function listFailures(
  { report, mark }: Pick<Run, "report" | "mark">,
  failed: readonly Failed[],
): void {
  const givenUp = new Set(mark.givenUp);
  for (const { candidate, error } of failed) {
    const { id, title } = candidate;
    log.soundFailed({ crawlId: report.crawl_id, soundId: id }, error);
    const end = givenUp.has(id) ? "; given up: a full re-scan tries it again" : "";
    addFailure(report, { sound_id: toId(id), title, reason: cut(describe(error), 400) + end });
  }
}

/** Freesound's ids are numbers, in its answers and in ours. */
export const toId = (id: string) => (/^\d{1,15}$/.test(id) ? Number(id) : id);
