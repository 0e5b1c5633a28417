import type { Ended } from "#shared/catalog/crawls.ts";
import { log } from "#shared/log.ts";
import { retry } from "#shared/retry.ts";
import type { CrawlEdges } from "./edges.ts";
import { toRow } from "./report.ts";

type Edges = Pick<CrawlEdges, "crawls" | "warehouse" | "clock">;

/** Puts the row of a crawl that has ended into the warehouse, and keeps in the catalog that it is there. */
export async function writeRow(
  { crawls, warehouse, clock }: Edges,
  crawlId: string,
  document: Readonly<Record<string, unknown>>,
): Promise<void> {
  const row = toRow(document);
  await retry(() => warehouse.insert("crawls", crawlId, row), { call: "row of a crawl", clock });
  await crawls.written(crawlId);
}

/**
 * Writes the row of the crawl that this one has taken over from, and those that earlier crawls, of any query, have left
 * out: they were killed after their end, or the warehouse was away. One that ended less than a lease ago may be at it
 * itself. What fails here fails no crawl: the next one tries it again.
 */
export async function writeLeftRows(
  edges: Edges,
  leaseMs: number,
  dead: Ended | null,
): Promise<void> {
  try {
    if (dead !== null) await writeRow(edges, dead.crawlId, dead.document);
    const before = new Date(edges.clock.now() - leaseMs).toISOString();
    for (const { crawlId, document } of await edges.crawls.unwritten(before))
      await writeRow(edges, crawlId, document);
  } catch (error) {
    log.rowsLeft(error);
  }
}
