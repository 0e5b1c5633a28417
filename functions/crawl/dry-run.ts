import type { CrawlEdges } from "./edges.ts";
import type { CrawlPlan } from "./plan.ts";
import { refusal } from "./policy.ts";
import { findStored, isStored, nameOf } from "./store.ts";
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
  /**
   * Calls of the source's API that the crawl would take, one for each page and one for each original (previews
   * are none); this dry run took one of them.
   */
  readonly api_calls: number;
  /** Recordings that would be stored, and their bytes in millions. */
  readonly would_store: number;
  readonly megabytes: number | null;
  readonly already_stored: number;
  readonly skipped_license: number;
  readonly skipped_preference: number;
  /** Recordings that have no file in the format asked for. */
  readonly would_fail: number;
  /** Recordings that the numbers above rest on: when it is less than `looked_at`, they are estimates. */
  readonly sampled: number;
  readonly is_estimate: boolean;
  /** The first that would be stored. */
  readonly first: readonly { id: string; title: string; license: string | null }[];
}

/** Files whose size is asked for, where that takes a request; the rest is estimated from their bytes a second. */
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
  const counts = { already_stored: 0, skipped_license: 0, skipped_preference: 0, would_fail: 0 };
  const wanted: Candidate[] = [];
  const known = await findStored(edges, sample);
  for (const candidate of sample) {
    const refused = refusal(candidate, plan);
    const name = nameOf(candidate);
    if (refused !== null) counts[`skipped_${refused}`]++;
    else if (name === null) counts.would_fail++;
    else if (isStored(candidate, known.get(name))) counts.already_stored++;
    else wanted.push(candidate);
  }
  const share = sample.length === 0 ? 0 : lookedAt / sample.length;
  const scaled = (count: number) => Math.round(count * share);
  const isOriginal = plan.format === "original" && plan.manifest === undefined;
  const { bytes, isExact } = await estimateBytes(wanted, isOriginal ? Infinity : sizesAsked);
  const wouldStore = scaled(wanted.length);
  const searches = Math.max(1, Math.ceil(lookedAt / perPage));
  return {
    dry_run: true,
    source: source.name,
    query: plan.query,
    filter: plan.filter ?? null,
    mode: plan.mode,
    found,
    looked_at: lookedAt,
    api_calls: source.apiCalls === 0 ? 0 : searches + (isOriginal ? wouldStore : 0),
    would_store: wouldStore,
    megabytes: bytes === null ? null : Number(((bytes * share) / 1e6).toFixed(3)),
    already_stored: scaled(counts.already_stored),
    skipped_license: scaled(counts.skipped_license),
    skipped_preference: scaled(counts.skipped_preference),
    would_fail: scaled(counts.would_fail),
    sampled: sample.length,
    is_estimate: sample.length < lookedAt || !isExact,
    first: wanted.slice(0, listed).map(({ id, title, license }) => ({ id, title, license })),
  };
}

/** Bytes of all of them, from `most` of them at most, evenly chosen; null when none says its size. */
async function estimateBytes(
  candidates: readonly Candidate[],
  most: number,
): Promise<{ bytes: number | null; isExact: boolean }> {
  const step = Math.max(1, candidates.length / most);
  const places = Array.from({ length: Math.min(most, candidates.length) }, (_, index) =>
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
  const bytes = sum(known.map(({ bytes }) => bytes));
  if (known.length === candidates.length) return { bytes, isExact: true };
  if (known.length === 0) return { bytes: null, isExact: false };
  const sampledSeconds = sum(known.map(({ seconds }) => seconds));
  const seconds = sum(candidates.map(({ durationSeconds }) => durationSeconds));
  const perSecond = (bytes / sampledSeconds) * seconds;
  const perFile = (bytes / known.length) * candidates.length;
  return { bytes: sampledSeconds > 0 ? perSecond : perFile, isExact: false };
}

const sum = (values: readonly (number | null)[]) =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
