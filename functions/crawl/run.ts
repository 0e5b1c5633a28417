import { type CrawlKey, type Mark, triesLimit, withTries } from "#shared/catalog/crawls.ts";
import { PermanentError } from "#shared/errors.ts";
import type { CrawlEdges } from "./edges.ts";
import { listFailures, type PageOutcome, SourceDownError, storePage, toId } from "./page.ts";
import type { CrawlPlan } from "./plan.ts";
import { addFailure, type CrawlReport } from "./report.ts";
import type { Candidate, Source } from "./source.ts";
import type { Heritage } from "./heritage.ts";
import { nameOf } from "./store.ts";
import { sweep } from "./sweep.ts";

export interface Run {
  readonly edges: CrawlEdges;
  readonly plan: CrawlPlan;
  readonly report: CrawlReport;
  readonly signal: AbortSignal;
  /** Time by the clock when the run ends; milliseconds since the epoch. */
  readonly until: number;
  readonly key: CrawlKey;
  readonly source: Source;
  /** Where the crawl of this query is; kept after every page. */
  mark: Mark;
  /** Sounds that failed without anybody having said why: another time they may not. */
  unanswered: number;
  /** What the crawl that this one has taken over from has left behind. */
  readonly heritage: Heritage | null;
  /** Keeps the report and the mark, and prolongs the lease. */
  readonly keep: () => Promise<void>;
}

type Place = NonNullable<Mark["place"]>;

/** A place that a crawl has just come to. */
export const placeAt = (
  { stored, bytes }: Pick<CrawlReport, "stored" | "bytes">,
  scan: Place["scan"],
  looked: number,
): Place => ({ scan, looked, stuck: 0, swept: null, stored, bytes });

/** Does what is left to do, page by page, from the mark's place on. */
export async function runCrawl(run: Run): Promise<void> {
  const tried = new Set<string>();
  const seen = await scan(run, tried);
  if (run.plan.mode !== "sample") await retryFailed(run, tried);
  // A scan that began in another run has not seen everything itself; the sweep then asks for more.
  if (run.mark.full) await sweep(run, seen);
}

/** Goes through the pages; puts the ids into `tried`, and answers the names of the objects that were looked at. */
async function scan(run: Run, tried: Set<string>): Promise<ReadonlySet<string>> {
  const { source, report, plan } = run;
  const seen = new Set<string>();
  const { scan: place = null, looked: before = 0 } = run.mark.place ?? {};
  if (place === null) return seen;
  const waiting = new Set(run.mark.retries.map(({ id }) => id));
  const limit = plan.limit ?? Infinity;
  let looked = before;
  for await (const page of source.pages(place)) {
    report.found = page.found;
    const candidates = page.candidates.slice(0, limit - looked);
    looked += candidates.length;
    for (const candidate of candidates) {
      if (waiting.has(candidate.id)) tried.add(candidate.id);
      const name = run.mark.full ? nameOf(candidate) : null;
      if (name !== null) seen.add(name);
    }
    for (const failure of page.failures) addFailure(report, failure);
    const outcome = await storePage(run, candidates);
    const stuck = run.mark.place?.stuck ?? 0;
    // Whatever is the matter with a page, it does not hold up the others for ever.
    if (outcome.down !== null && stuck + 1 < triesLimit) throw new SourceDownError(outcome.down);
    note(run, candidates, outcome);
    for (const { candidate } of outcome.failed) tried.add(candidate.id);
    const unread = page.failures.flatMap(({ sound_id: id }) => (id === null ? [] : String(id)));
    for (const id of unread) tried.add(id);
    if (plan.mode !== "sample") run.mark = withTries(run.mark, { failed: unread, settled: [] });
    run.mark = {
      ...run.mark,
      newest: newer(run.mark.newest, page.newest),
      place: placeAt(report, looked < limit ? page.next : null, looked),
    };
    await run.keep();
    if (looked >= limit) break;
  }
  return seen;
}

/** Sounds that failed in earlier crawls and that the scan has not come by; one call for a hundred of them. */
async function retryFailed(run: Run, tried: ReadonlySet<string>): Promise<void> {
  const { source, mark, report } = run;
  const ids = mark.retries.map(({ id }) => id).filter((id) => !tried.has(id));
  if (source.find === undefined || ids.length === 0) return;
  const { candidates, missing } = await source.find(ids);
  const outcome = await storePage(run, candidates);
  note(run, candidates, outcome);
  const answered = new Set([...candidates.map(({ id }) => id), ...missing]);
  const unknown = ids.filter((id) => !answered.has(id));
  run.mark = withTries(run.mark, { failed: unknown, settled: missing });
  for (const id of unknown)
    addFailure(report, { sound_id: toId(id), title: `sound ${id}`, reason: "not described now" });
  await run.keep();
}

/** Lists what failed, and lets it wait for the next crawl. */
function note(run: Run, candidates: readonly Candidate[], { failed }: PageOutcome): void {
  const ids = new Set(failed.map(({ candidate }) => candidate.id));
  const isSkipped = new Set(run.plan.mode === "full" ? [] : run.mark.givenUp);
  const settled = candidates.map(({ id }) => id).filter((id) => !ids.has(id) && !isSkipped.has(id));
  run.mark = withTries(run.mark, { failed: [...ids], settled });
  run.unanswered += failed.filter(({ error }) => !(error instanceof PermanentError)).length;
  listFailures(run, failed);
}

/** The newer of two times; null is older than any. */
export function newer(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(b) > Date.parse(a) ? b : a;
}
