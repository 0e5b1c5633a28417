import { PermanentError } from "#shared/errors.ts";
import { log } from "#shared/log.ts";
import type { StoredObject } from "#shared/objects/stored.ts";
import { retry } from "#shared/retry.ts";
import { audioBody } from "./audio-body.ts";
import type { CrawlEdges } from "./edges.ts";
import type { Hosts } from "./hosts.ts";
import { crawlMetadata } from "./metadata.ts";
import type { CrawlPlan } from "./plan.ts";
import { refusal } from "./policy.ts";
import type { CrawlReport } from "./report.ts";
import type { Candidate } from "./source.ts";
import { differences, noteChange, restate } from "./words.ts";

export interface StoreContext {
  readonly edges: CrawlEdges;
  readonly plan: CrawlPlan;
  readonly report: CrawlReport;
  readonly signal: AbortSignal;
  readonly hosts: Hosts;
  /** Ids that are not tried any more. */
  readonly givenUp: ReadonlySet<string>;
  /** How often one download is tried. */
  readonly attempts: number;
  /** How long one recording may take now, all tries together; milliseconds. */
  readonly budgetMs: () => number;
}

/** Of the recordings, those that are stored already, by the names of their objects. */
export function findStored(
  { stored }: Pick<CrawlEdges, "stored">,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<string, StoredObject>> {
  const names = candidates.flatMap((candidate) => nameOf(candidate) ?? []);
  return stored.find(names);
}

/** The name of a recording's object; null when nothing can be fetched, which is told when its turn comes. */
export function nameOf(candidate: Candidate): string | null {
  try {
    return candidate.objectName();
  } catch (error) {
    if (error instanceof PermanentError) return null;
    throw error;
  }
}

/** Whether a stored object is the recording: where its original is asked for, a preview of the same name is not. */
export const isStored = (candidate: Candidate, stored: StoredObject | undefined): boolean =>
  stored !== undefined &&
  (candidate.metadata["format"] !== "original" || stored.metadata["format"] === "original");

/** Stores a recording, unless the policy refuses it or it is there already, and counts what it did. */
export async function storeCandidate(
  context: StoreContext,
  candidate: Candidate,
  known: ReadonlyMap<string, StoredObject>,
): Promise<void> {
  const { plan, report, givenUp } = context;
  const refused = refusal(candidate, plan);
  if (refused === "license") report.skipped_license++;
  if (refused === "preference") report.skipped_preference++;
  if (refused !== null && plan.mode !== "full") return;
  const objectName = candidate.objectName();
  const stored = known.get(objectName);
  if (stored !== undefined && (refused !== null || isStored(candidate, stored))) {
    if (plan.mode === "full") await update(context, candidate, stored, refused === null);
    if (refused === null) report.already_stored++;
  } else if (refused === null) {
    if (givenUp.has(candidate.id)) report.given_up++;
    else if ((await fetch(context, candidate, objectName, stored)) === "created") report.stored++;
    else report.already_stored++; // another crawl was faster
  }
}

/** Downloads straight into Storage; another version only takes the place of the one that was looked at. */
async function fetch(
  { edges, plan, report, signal: ended, hosts, attempts, budgetMs }: StoreContext,
  candidate: Candidate,
  objectName: string,
  replaced?: StoredObject,
): Promise<"created" | "exists"> {
  const metadata = { ...candidate.metadata, ...crawlMetadata(plan.query, report.crawl_id) };
  const replaces = replaced === undefined ? {} : { replaces: replaced.generation };
  hosts.admit(candidate.host);
  const budget = startBudget(budgetMs());
  const signal = AbortSignal.any([ended, budget.signal]);
  const attempt = async () => {
    signal.throwIfAborted();
    const download = await candidate.open(plan.maxBytes, signal);
    const { contentType } = download;
    const options = { contentType, metadata, signal, ...replaces };
    const outcome = await edges.objects.create(objectName, audioBody(download), options);
    return { outcome, bytes: download.receivedBytes };
  };
  try {
    const options = { attempts, baseMs: 500, signal, clock: edges.clock };
    const { outcome, bytes } = await retry(attempt, { call: "download", ...options });
    hosts.succeeded(candidate.host);
    if (outcome === "exists") return outcome;
    report.bytes += bytes;
    log.soundStored({ crawlId: report.crawl_id, objectName, bytes });
    return outcome;
  } catch (error) {
    // What a cut exchange says is only that it was cut.
    const why: unknown = budget.signal.aborted ? budget.signal.reason : error;
    hosts.failed(candidate.host, why);
    throw why;
  } finally {
    budget.clear();
  }
}

/** Time for one recording: it must not take that of all others. */
function startBudget(ms: number) {
  const budget = new AbortController();
  const end = () =>
    budget.abort(
      new Error(`not whole within ${Number((ms / 1000).toPrecision(2))} s, its share of the run`),
    );
  const timer = setTimeout(end, ms);
  return { signal: budget.signal, clear: () => clearTimeout(timer) };
}

/** What the source says now about a recording that is stored: another file is fetched, other words are kept. */
async function update(
  context: StoreContext,
  candidate: Candidate,
  stored: StoredObject,
  isAllowed: boolean,
): Promise<void> {
  const { md5, format } = candidate.metadata;
  const isOtherFile = stored.metadata["md5"] !== undefined && stored.metadata["md5"] !== md5;
  // A preview never takes the place of an original.
  const mayReplace = format === "original" || stored.metadata["format"] !== "original";
  if (!isOtherFile || !mayReplace || !isAllowed) return restate(context, candidate, stored);
  noteChange(context.report, stored, [...differences(candidate, stored), "md5"]);
  await fetch(context, candidate, stored.name, stored);
}
