import { randomBytes } from "node:crypto";
import type { CrawlPlan } from "./request.ts";

/** A sound that was found and could not be stored. */
export interface Failure {
  readonly sound_id: number;
  readonly title: string;
  readonly reason: string;
}

/** What a crawl did: the columns of the table `crawls`, and beside them each failure. */
export interface CrawlReport {
  readonly crawl_id: string;
  readonly source: string;
  readonly query: string;
  readonly filter: string | null;
  readonly trigger: string;
  readonly started_at: string;
  finished_at: string | null;
  status: "running" | "complete" | "failed";
  found: number;
  stored: number;
  already_stored: number;
  skipped_license: number;
  skipped_preference: number;
  failed: number;
  api_calls: number;
  bytes: number;
  readonly resumed_from: null;
  error: string | null;
  /** The first failures, at most `failureLimit`; `failed` counts them all. */
  readonly failures: Failure[];
}

/** A Firestore document holds 1 MiB: enough failures to see what is wrong. */
export const failureLimit = 200;

/** A report of a crawl that starts now. Ids sort by their start. */
export function startReport(plan: CrawlPlan, now = new Date()): CrawlReport {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, "");
  return {
    crawl_id: `${stamp}-${randomBytes(3).toString("hex")}`,
    source: "freesound",
    query: plan.query,
    filter: plan.filter ?? null,
    trigger: plan.trigger,
    started_at: now.toISOString(),
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
    failures: [],
  };
}
