import type { CrawlEdges } from "./edges.ts";
import type { CrawlPlan } from "./plan.ts";
import { refusal } from "./policy.ts";
import { findStored } from "./store.ts";
import type { Candidate } from "./source.ts";

/** What a crawl would do, as far as its first page tells. */
export interface DryRun {
  readonly dry_run: true;
  readonly source: string;
  readonly query: string;
  readonly filter: string | null;
  readonly mode: string;
  /** Recordings that the search counts. */
  readonly found: number;
  /** Recordings that would be looked at: all of them, or as many as the limit says. */
  readonly looked_at: number;
  /** Calls of the source's API that the crawl would take; this dry run took one of them. */
  readonly api_calls: number;
  /** Recordings that would be stored, and their bytes in millions. */
  readonly would_store: number;
  readonly megabytes: number | null;
  readonly already_stored: number;
  readonly skipped_license: number;
  readonly skipped_preference: number;
  /** Recordings that the numbers above rest on: when it is less than `looked_at`, they are estimates. */
  readonly sampled: number;
  readonly is_estimate: boolean;
  /** The first that would be stored. */
  readonly first: readonly { id: string; title: string; license: string | null }[];
}

/** Files whose size is asked for; the rest is estimated from their bytes a second. */
const sizesAsked = 20;
const listed = 20;
const perPage = 150;
const waitMs = 60_000;

/** Looks at the first page of what a crawl would do now. Writes nothing, takes no lease, downloads nothing. */
export async function dryRun(
  edges: CrawlEdges,
  plan: CrawlPlan,
  since: string | null,
): Promise<DryRun> {
  const signal = AbortSignal.timeout(plan.runMs);
  const until = edges.clock.now() + Math.min(plan.runMs, waitMs);
  const source = await edges.openSource(plan, { signal, until, since });
  const pages = source.pages(source.start);
  const { value: page } = await pages.next();
  const found = page?.found ?? 0;
  const lookedAt = Math.min(found, plan.limit ?? Infinity);
  const sample = (page?.candidates ?? []).slice(0, lookedAt);
  const counts = { already_stored: 0, skipped_license: 0, skipped_preference: 0 };
  const wanted: Candidate[] = [];
  const known = await findStored(edges, sample);
  for (const candidate of sample) {
    const refused = refusal(candidate, plan);
    if (refused !== null) counts[`skipped_${refused}`]++;
    else if (known.has(candidate.objectName())) counts.already_stored++;
    else wanted.push(candidate);
  }
  const share = sample.length === 0 ? 0 : lookedAt / sample.length;
  const scaled = (count: number) => Math.round(count * share);
  const bytes = await estimateBytes(wanted);
  return {
    dry_run: true,
    source: source.name,
    query: plan.query,
    filter: plan.filter ?? null,
    mode: plan.mode,
    found,
    looked_at: lookedAt,
    api_calls: source.apiCalls === 0 ? 0 : Math.max(1, Math.ceil(lookedAt / perPage)),
    would_store: scaled(wanted.length),
    megabytes: bytes === null ? null : Number(((bytes * share) / 1e6).toFixed(3)),
    already_stored: scaled(counts.already_stored),
    skipped_license: scaled(counts.skipped_license),
    skipped_preference: scaled(counts.skipped_preference),
    sampled: sample.length,
    is_estimate: sample.length < lookedAt || wanted.length > sizesAsked,
    first: wanted.slice(0, listed).map(({ id, title, license }) => ({ id, title, license })),
  };
}

/** Bytes of all of them, from some of them, evenly chosen; null when none says its size. */
async function estimateBytes(candidates: readonly Candidate[]): Promise<number | null> {
  if (candidates.length === 0) return 0;
  const step = Math.max(1, candidates.length / sizesAsked);
  const places = Array.from({ length: Math.min(sizesAsked, candidates.length) }, (_, index) =>
    Math.floor(index * step),
  );
  const asked = await Promise.all(
    places.map(async (place) => {
      const candidate = candidates[place];
      // What does not tell its size now may be fetched all the same: it only says nothing here.
      const bytes = await candidate?.bytes().catch(() => null);
      return { bytes: bytes ?? null, seconds: candidate?.durationSeconds ?? null };
    }),
  );
  const known = asked.filter(({ bytes }) => bytes !== null);
  if (known.length === 0) return null;
  const bytes = sum(known.map(({ bytes }) => bytes));
  if (known.length === candidates.length) return bytes;
  const sampledSeconds = sum(known.map(({ seconds }) => seconds));
  const seconds = sum(candidates.map(({ durationSeconds }) => durationSeconds));
  return sampledSeconds > 0
    ? (bytes / sampledSeconds) * seconds
    : (bytes / known.length) * candidates.length;
}

const sum = (values: readonly (number | null)[]) =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
