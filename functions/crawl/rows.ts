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

/** A warehouse that hangs is waited for so long at the end of a crawl, twice at most. */
const patienceMs = 15_000;

/** Waits for rows; those of a warehouse that hangs are left to the next crawl, of whatever query. */
export async function waitForRows(rows: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log.rowsLeft(new Error(`the warehouse has not answered within ${patienceMs / 1000} s`));
      resolve();
    }, patienceMs);
  });
  try {
    await Promise.race([rows, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Rows that other crawls have left out, written one after the other beside a crawl's own work. */
export interface LeftRows {
  add(ended: Ended): void;
  /** All that were added are written, or left to the next crawl. Never rejects. */
  done(): Promise<void>;
}

/**
 * Writes the rows that earlier crawls, of any query, have left out: they were killed after their end, or the
 * warehouse was away. One that ended less than a lease ago may be at it itself. What fails here fails no crawl:
 * the next one tries it again.
 */
export function startLeftRows(edges: Edges, leaseMs: number): LeftRows {
  let writing = logged(async () => {
    const before = new Date(edges.clock.now() - leaseMs).toISOString();
    for (const { crawlId, document } of await edges.crawls.unwritten(before))
      await writeRow(edges, crawlId, document);
  });
  return {
    add({ crawlId, document }) {
      writing = writing.then(() => logged(() => writeRow(edges, crawlId, document)));
    },
    done: () => waitForRows(writing),
  };
}

const logged = (work: () => Promise<void>) => work().catch((error: unknown) => log.rowsLeft(error));
