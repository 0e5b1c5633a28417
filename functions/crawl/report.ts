import { randomBytes } from "node:crypto";
import type { Row } from "#shared/warehouse/warehouse.ts";
import { cut } from "./cut.ts";
import type { CrawlPlan } from "./plan.ts";
import type { Failure } from "./source.ts";

/** What a crawl did: the columns of the table `crawls`, and beside them what only a person reads. */
export interface CrawlReport {
  readonly crawl_id: string;
  readonly source: string;
  readonly query: string;
  readonly filter: string | null;
  readonly trigger: string;
  readonly started_at: string;
  finished_at: string | null;
  /** `partial`: stopped before the end; the next crawl of the query goes on there. */
  status: "running" | "complete" | "partial" | "failed";
  found: number;
  stored: number;
  already_stored: number;
  skipped_license: number;
  skipped_preference: number;
  failed: number;
  api_calls: number;
  bytes: number;
  resumed_from: string | null;
  error: string | null;
  /** Code of the `PermanentError` that ended the run; null otherwise. */
  error_reason: string | null;
  mode: string;
  /** Recordings of which the source now says something else. */
  changed: number;
  /** Recordings whose sound the source does not have any more. */
  deleted: number;
  /** Sounds that too many crawls have failed on: only a full re-scan tries them again. */
  given_up: number;
  /** Time spent waiting for the source's quota. */
  quota_wait_seconds: number;
  /** What the run spent most of its time on. */
  bound_by: "quota" | "transfer";
  /** The first failures, at most `failureLimit`; `failed` counts them all. */
  readonly failures: Failure[];
}

export const toSourceName = ({ manifest }: CrawlPlan) =>
  manifest === undefined ? "freesound" : "manifest";

/**
 * Enough failures to see what is wrong, and texts so short that all of them take less than half of a Firestore
 * document, 1 MiB, in any alphabet: a unit of UTF-16 is three bytes of UTF-8 at most.
 */
const failureLimit = 200;
const textLimits = { sound_id: 100, title: 200, reason: 500 };
/** Longest `error`: a document and a row hold it whole. */
export const errorLimit = 2000;

/** A report of a crawl that starts now. Ids sort by their start. */
export function startReport(plan: CrawlPlan, now: number): CrawlReport {
  const startedAt = new Date(now).toISOString();
  return {
    crawl_id: `${startedAt.replace(/[-:]|\.\d+/g, "")}-${randomBytes(3).toString("hex")}`,
    source: toSourceName(plan),
    query: plan.query,
    filter: plan.filter ?? null,
    trigger: plan.trigger,
    started_at: startedAt,
    finished_at: null,
    status: "running",
    found: 0,
    stored: 0,
    already_stored: 0,
    skipped_license: 0,
    skipped_preference: 0,
    failed: 0,
    api_calls: 0,
    bytes: 0,
    resumed_from: null,
    error: null,
    error_reason: null,
    mode: plan.mode,
    changed: 0,
    deleted: 0,
    given_up: 0,
    quota_wait_seconds: 0,
    bound_by: "transfer",
    failures: [],
  };
}

/** A text that is another one when a crawl has got on. */
export const toProgress = (report: CrawlReport): string =>
  Object.values(report)
    .filter((value) => typeof value === "number")
    .join();

export function addFailure(report: CrawlReport, failure: Failure): void {
  report.failed++;
  if (report.failures.length >= failureLimit) return;
  const { sound_id, title, reason } = failure;
  report.failures.push({
    sound_id: typeof sound_id === "string" ? cut(sound_id, textLimits.sound_id) : sound_id,
    title: cut(title, textLimits.title),
    reason: cut(reason, textLimits.reason),
  });
}

/** Columns of the table `crawls`: shared/warehouse/tables/crawls.json. */
const columns = [
  "crawl_id",
  "source",
  "query",
  "filter",
  "trigger",
  "started_at",
  "finished_at",
  "status",
  "found",
  "stored",
  "already_stored",
  "skipped_license",
  "skipped_preference",
  "failed",
  "api_calls",
  "bytes",
  "resumed_from",
  "error",
] as const;

/** A crawl's document as a row of the table `crawls`. */
export const toRow = (document: Readonly<Record<string, unknown>>): Row =>
  Object.fromEntries(
    columns.map((name) => {
      const value = document[name];
      return [name, typeof value === "string" || typeof value === "number" ? value : null];
    }),
  );
