import { PermanentError } from "#shared/errors.ts";
import { log } from "#shared/log.ts";
import type { StoredObject } from "#shared/objects/stored.ts";
import { retry } from "#shared/retry.ts";
import type { CrawlEdges } from "./edges.ts";
import type { CrawlPlan } from "./plan.ts";
import { refusal } from "./policy.ts";
import type { CrawlReport } from "./report.ts";
import type { Candidate } from "./source.ts";

export interface StoreContext {
  readonly edges: CrawlEdges;
  readonly plan: CrawlPlan;
  readonly report: CrawlReport;
  readonly signal: AbortSignal;
}

/** Metadata that the source decides; the rest says which crawl stored the object. */
const watched = [
  "title",
  "username",
  "license",
  "license-url",
  "gen-ai-preference",
  "tags",
  "source-url",
];

/** Of the recordings, those that are stored already, by the names of their objects. */
export function findStored(
  { stored }: CrawlEdges,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<string, StoredObject>> {
  const names = candidates.flatMap((candidate) => {
    try {
      return [candidate.objectName()];
    } catch (error) {
      if (error instanceof PermanentError) return []; // told of when its turn comes
      throw error;
    }
  });
  return stored.find(names);
}

/** Stores a recording, unless the policy refuses it or it is there already, and counts what it did. */
export async function storeCandidate(
  context: StoreContext,
  candidate: Candidate,
  known: ReadonlyMap<string, StoredObject>,
): Promise<void> {
  const { plan, report } = context;
  const refused = refusal(candidate, plan);
  if (refused === null || plan.mode === "full") {
    const objectName = candidate.objectName();
    const stored = known.get(objectName);
    if (stored !== undefined) {
      if (plan.mode === "full") await update(context, candidate, stored);
      if (refused === null) report.already_stored++;
    } else if (refused === null) await fetch(context, candidate, objectName);
  }
  if (refused === "license") report.skipped_license++;
  if (refused === "preference") report.skipped_preference++;
}

/** Downloads straight into Storage; another version only takes the place of the one that was looked at. */
async function fetch(
  { edges, plan, report, signal }: StoreContext,
  candidate: Candidate,
  objectName: string,
  replaced?: StoredObject,
): Promise<void> {
  const metadata = { ...candidate.metadata, query: plan.query, "crawl-id": report.crawl_id };
  const replaces = replaced === undefined ? {} : { replaces: replaced.generation };
  const { outcome, bytes } = await retry(
    async () => {
      signal.throwIfAborted();
      const download = await candidate.open(plan.maxBytes);
      const { body, contentType } = download;
      const options = { contentType, metadata, ...replaces };
      const outcome = await edges.objects.create(objectName, body, options);
      return { outcome, bytes: download.receivedBytes };
    },
    { call: "download", attempts: 4, baseMs: 500, signal, clock: edges.clock },
  );
  if (outcome === "exists") {
    if (replaced === undefined) report.already_stored++;
    return;
  }
  if (replaced === undefined) report.stored++;
  report.bytes += bytes;
  log.soundStored({ crawlId: report.crawl_id, objectName, bytes });
}

/**
 * What the source says now about a recording that is stored already: another file is fetched, other words
 * become a new version of the same bytes, so that the tables learn of them.
 */
async function update(
  context: StoreContext,
  candidate: Candidate,
  stored: StoredObject,
): Promise<void> {
  const { edges, report } = context;
  const { metadata } = candidate;
  const differs = (name: string) => (metadata[name] ?? "") !== (stored.metadata[name] ?? "");
  const otherFile = stored.metadata["md5"] !== undefined && differs("md5");
  const fields = [...watched, "source-deleted"].filter(differs);
  if (!otherFile && fields.length === 0) return;
  report.changed++;
  log.soundChanged({
    crawlId: report.crawl_id,
    objectName: stored.name,
    fields: otherFile ? [...fields, "md5"] : fields,
  });
  if (otherFile) return fetch(context, candidate, stored.name, stored);
  const { "source-deleted": _, ...kept } = stored.metadata;
  for (const name of watched) delete (kept as Record<string, string>)[name];
  await edges.stored.restate(stored, { ...kept, ...metadata });
}

/** Whether another crawl may fare better: what is not there today may be there tomorrow. */
export const mayPass = (error: unknown): boolean =>
  !(error instanceof PermanentError) || error.reason.endsWith("-missing");
