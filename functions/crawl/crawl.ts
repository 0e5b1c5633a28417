import pLimit from "p-limit";
import type { Catalog } from "#shared/catalog/catalog.ts";
import { PermanentError } from "#shared/errors.ts";
import type { Freesound } from "#shared/freesound/freesound.ts";
import { toSpdx } from "#shared/freesound/license.ts";
import type { Sound } from "#shared/freesound/sound.ts";
import { describe, log } from "#shared/log.ts";
import type { Objects } from "#shared/objects/objects.ts";
import type { Warehouse } from "#shared/warehouse/warehouse.ts";
import { toMetadata } from "./metadata.ts";
import { type CrawlReport, failureLimit, startReport } from "./report.ts";
import type { CrawlPlan } from "./request.ts";

export interface CrawlEdges {
  readonly objects: Objects;
  readonly catalog: Catalog;
  readonly warehouse: Warehouse;
  /** A client for one crawl, so that its API calls are counted apart. */
  readonly openFreesound: () => Freesound;
}

/**
 * Searches, and stores every sound that is not stored yet. A sound that fails is counted and the crawl goes
 * on; a search that fails ends it with status `failed`. Nothing is stored twice however often it runs.
 */
export async function crawl(edges: CrawlEdges, plan: CrawlPlan): Promise<CrawlReport> {
  const report = startReport(plan);
  const freesound = edges.openFreesound();
  const { crawl_id: crawlId } = report;
  const { query, filter = null, limit = null } = plan;
  log.crawlStarted({ crawlId, query, filter, limit });
  const save = () => {
    report.api_calls = freesound.apiCalls;
    return edges.catalog.writeCrawl(crawlId, { ...report });
  };

  await save();
  try {
    for await (const sounds of findSounds(freesound, plan, report)) {
      await storeAll(edges, freesound, plan, report, sounds);
      await save();
    }
    const nothingWorked = report.failed > 0 && report.stored + report.already_stored === 0;
    report.status = nothingWorked ? "failed" : "complete";
    report.error = report.failures[0]?.reason ?? null;
  } catch (error) {
    report.status = "failed";
    report.error = describe(error);
    log.crawlFailed({ crawlId }, error);
  }
  report.finished_at = new Date().toISOString();
  await save();
  const { failures: _, ...row } = report;
  await edges.warehouse.insert("crawls", crawlId, row);
  log.crawlFinished({
    crawlId,
    status: report.status,
    stored: report.stored,
    failed: report.failed,
  });
  return report;
}

/** The sounds of each page, each sound once, no more than the limit. */
async function* findSounds(freesound: Freesound, plan: CrawlPlan, report: CrawlReport) {
  const seen = new Set<number>();
  const limit = plan.limit ?? Infinity;
  for await (const page of freesound.search(plan)) {
    report.found = page.count;
    const sounds: Sound[] = [];
    for (const sound of page.results) {
      // A null result is a sound that the index still knows and the database does not.
      if (sound === null || seen.has(sound.soundId) || seen.size >= limit) continue;
      seen.add(sound.soundId);
      sounds.push(sound);
    }
    yield sounds;
    if (seen.size >= limit) return;
  }
}

async function storeAll(
  edges: CrawlEdges,
  freesound: Freesound,
  plan: CrawlPlan,
  report: CrawlReport,
  sounds: readonly Sound[],
): Promise<void> {
  const { licenses, aiPreferences } = plan;
  const slot = pLimit(plan.concurrency);
  const allowed = sounds.filter((sound) => {
    if (licenses !== undefined && !licenses.includes(toSpdx(sound.license) ?? "")) {
      report.skipped_license++;
      return false;
    }
    if (aiPreferences !== undefined && !aiPreferences.includes(sound.genAiPreference ?? "")) {
      report.skipped_preference++;
      return false;
    }
    return true;
  });
  await slot.map(allowed, async (sound) => {
    try {
      await store(edges, freesound, plan, report, sound);
    } catch (error) {
      report.failed++;
      log.soundFailed({ crawlId: report.crawl_id, soundId: sound.soundId }, error);
      if (report.failures.length < failureLimit)
        report.failures.push({
          sound_id: sound.soundId,
          title: sound.name,
          reason: describe(error),
        });
    }
  });
}

async function store(
  { objects }: CrawlEdges,
  freesound: Freesound,
  plan: CrawlPlan,
  report: CrawlReport,
  sound: Sound,
): Promise<void> {
  const url = sound.previews[plan.format];
  if (url === undefined) throw new PermanentError("preview-missing", `no ${plan.format}`);
  const objectName = `freesound/${sound.soundId}.${extension(url)}`;
  if (await objects.exists(objectName)) {
    report.already_stored++;
    return;
  }
  const preview = await freesound.download(url, plan.maxBytes);
  const { body, contentType } = preview;
  const metadata = toMetadata(sound, plan.query, report.crawl_id);
  const outcome = await objects.create(objectName, body, { contentType, metadata });
  if (outcome === "exists") {
    report.already_stored++;
    return;
  }
  report.stored++;
  report.bytes += preview.receivedBytes;
  log.soundStored({ crawlId: report.crawl_id, objectName, bytes: preview.receivedBytes });
}

/** The extension in the address of a preview, which names its real format. */
function extension(url: string): string {
  const match = /\.([a-z0-9]{2,5})$/i.exec(new URL(url).pathname);
  if (match?.[1] === undefined)
    throw new PermanentError("preview-unnamed", `${url} does not end in a file extension`);
  return match[1].toLowerCase();
}
