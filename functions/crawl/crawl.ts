import { setMaxListeners } from "node:events";
import type { CrawlKey, Mark } from "#shared/catalog/crawls.ts";
import { log } from "#shared/log.ts";
import type { CrawlEdges } from "./edges.ts";
import { toEnd, withStuck } from "./end.ts";
import { Heritage } from "./heritage.ts";
import { beat, finish, leaveHanging, timeout, toBuried } from "./life.ts";
import type { CrawlPlan } from "./plan.ts";
import { type CrawlReport, startReport, toProgress, toSourceName } from "./report.ts";
import { startLeftRows, waitForRows, writeRow } from "./rows.ts";
import { newer, placeAt, type Run, runCrawl } from "./run.ts";

/** Another crawl of the same query is under way. */
export interface Running {
  readonly status: "running";
  readonly crawlId: string;
  /** Milliseconds since the epoch: when it is taken for dead unless it is heard of again. */
  readonly expiresAt: number;
}

/**
 * Searches, and stores every recording that is not stored yet; goes on where the last crawl of the query
 * stopped. A recording that fails is counted and the crawl goes on; a search that fails ends it with status
 * `failed`, a run that comes to its deadline or out of quota with `partial`. Nothing is stored twice however
 * often it runs, and a run killed at any point repeats one page at most.
 */
export async function crawl(
  edges: CrawlEdges,
  requested: CrawlPlan,
): Promise<CrawlReport | Running> {
  const { clock, crawls } = edges;
  let plan = requested;
  const startedAt = clock.now();
  const report = startReport(plan, startedAt);
  const crawlId = report.crawl_id;
  const key = toKey(plan);
  const lease = () => ({ crawlId, leaseMs: plan.leaseMs, now: clock.now() });

  const begun = await crawls.begin(key, lease(), {
    document: { ...report },
    bury: (document) => toBuried(document, crawlId, startedAt),
  });
  if (begun.outcome === "running") return { ...begun, status: "running" };
  const { dead } = begun;
  if (dead !== null) log.crawlTakenOver({ crawlId, from: dead.crawlId });

  const goesOn = begun.mark.place !== null && !(plan.mode === "full" && !begun.mark.full);
  report.resumed_from = goesOn ? begun.mark.crawlId : null;
  if (goesOn && begun.mark.full) plan = { ...plan, mode: "full" };
  report.mode = plan.mode;
  const { query, filter, limit = null } = plan;
  log.crawlStarted({ crawlId, query, filter: filter ?? null, limit });

  const work = new AbortController();
  const done = new AbortController();
  setMaxListeners(0, work.signal); // every download listens to it
  const until = startedAt + plan.runMs;
  void timeout(edges, plan, done.signal, work);
  let run: Run | undefined;
  const update = () => {
    const waitedMs = run?.source.waitedMs ?? 0;
    report.api_calls = run?.source.apiCalls ?? 0;
    report.quota_wait_seconds = Math.round(waitedMs / 1000);
    report.bound_by = waitedMs > (clock.now() - startedAt) / 2 ? "quota" : "transfer";
    return { ...report };
  };
  const keep = () => crawls.keep(key, lease(), update(), run?.mark);
  // Pages and the heartbeat write the same document, one after the other.
  let keeping = Promise.resolve();
  const inTurn = () => {
    keeping = keeping.catch(() => {}).then(keep);
    return keeping;
  };
  const heart = beat(
    edges,
    { ...plan, until },
    done.signal,
    work,
    () => toProgress(update()),
    inTurn,
  );
  const rows = startLeftRows(edges, plan.leaseMs);
  const isPlaced = goesOn && begun.mark.crawlId === dead?.crawlId;
  const heritage =
    dead === null ? null : new Heritage(edges, rows, dead, isPlaced ? begun.mark.place : null);
  const mark: Mark = {
    ...begun.mark,
    crawlId,
    ...(goesOn ? {} : { newest: null, place: null, full: plan.mode === "full" }),
  };
  const goThrough = async () => {
    const since = goesOn ? null : sinceOf(plan, begun.mark);
    const source = await edges.openSource(plan, { signal: work.signal, until, since });
    // What this run stores is counted from here on, wherever an earlier one has come to.
    const place = mark.place ?? placeAt(report, source.start, 0);
    mark.place = { ...place, stored: 0, bytes: 0 };
    const begin = { edges, plan, report, signal: work.signal, until, key, source, mark };
    run = { ...begin, unanswered: 0, heritage, keep: inTurn };
    await inTurn();
    await runCrawl(run);
    return run;
  };
  try {
    const finished = await leaveHanging(edges, goThrough(), done.signal, work.signal);
    report.status = hasFailed(report, finished.unanswered) ? "failed" : "complete";
    report.error = report.failures[0]?.reason ?? null;
    const watermark = newer(finished.mark.watermark, finished.mark.newest);
    finished.mark = { ...finished.mark, watermark, newest: null, place: null, full: false };
  } catch (error) {
    const end: unknown = work.signal.aborted ? work.signal.reason : error;
    Object.assign(report, toEnd(end));
    if (run !== undefined)
      run.mark = withStuck(run.mark, end, report.stored > 0 || run.mark.place !== mark.place);
    if (report.status === "failed") log.crawlFailed({ crawlId }, error);
  }
  done.abort();
  await heart;
  report.finished_at = new Date(clock.now()).toISOString();
  await keeping.catch(() => {});
  const end = () => crawls.end(key, lease(), update(), run?.mark);
  const isOurs = await finish(edges, crawlId, end, update());
  await heritage?.settle([]);
  await rows.done();
  if (isOurs) await waitForRows(writeRow(edges, crawlId, update()));
  const { status, stored, failed, given_up, bound_by, quota_wait_seconds } = report;
  log.crawlFinished({ crawlId, status, stored, failed, given_up, bound_by, quota_wait_seconds });
  return report;
}

/** What tells this crawl's work from another's. */
export const toKey = (plan: CrawlPlan): CrawlKey => ({
  source: toSourceName(plan),
  query: plan.query,
  filter: plan.filter ?? null,
  policy: {
    licenses: plan.licenses?.toSorted() ?? null,
    aiPreferences: plan.aiPreferences?.toSorted() ?? null,
    format: plan.format,
    ...(plan.mode === "sample" ? { limit: plan.limit ?? null, sort: plan.sort } : {}),
  },
});

/** An incremental crawl begins a little before the newest sound seen, for some are published late. */
export function sinceOf({ mode, overlapMs }: CrawlPlan, { watermark }: Mark): string | null {
  if (mode !== "incremental" || watermark === null) return null;
  return new Date(Date.parse(watermark) - overlapMs).toISOString();
}

/** Whether a crawl that came to its end was in vain: nothing was to be had, and nobody has said why. */
const hasFailed = (report: CrawlReport, unanswered: number): boolean =>
  unanswered > 0 &&
  report.stored + report.already_stored + report.skipped_license + report.skipped_preference === 0;
