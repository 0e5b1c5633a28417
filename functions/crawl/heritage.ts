import type { Ended, Mark } from "#shared/catalog/crawls.ts";
import { log } from "#shared/log.ts";
import type { StoredObject } from "#shared/objects/stored.ts";
import type { CrawlEdges } from "./edges.ts";
import type { LeftRows } from "./rows.ts";

/**
 * What a crawl that was killed has left behind: it has stored recordings of its last page that it had no time to
 * tell of. Its heir comes by them, knows them by their `crawl-id`, and puts them into the dead one's document and
 * row, so that the sum over all crawls is what is stored.
 */
export class Heritage {
  #edges: Pick<CrawlEdges, "crawls">;
  #rows: LeftRows;
  #dead: Ended;
  /** What it had stored when it came to its last page; null where its heir begins elsewhere. */
  #place: Mark["place"];
  #isSettled = false;

  constructor(
    edges: Pick<CrawlEdges, "crawls">,
    rows: LeftRows,
    dead: Ended,
    place: Mark["place"],
  ) {
    this.#edges = edges;
    this.#rows = rows;
    this.#dead = dead;
    this.#place = place;
  }

  /** Told which objects of the dead one's page are stored: what it did is known. The second time does nothing. */
  async settle(objects: readonly StoredObject[]): Promise<void> {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const { crawlId, document } = this.#dead;
    const its = objects.filter(({ metadata }) => metadata["crawl-id"] === crawlId);
    const { stored = 0, bytes = 0 } = this.#place ?? {};
    const atLeast = (name: "stored" | "bytes", found: number) =>
      this.#place === null ? Number(document[name]) : Math.max(Number(document[name]), found);
    const counts = {
      stored: atLeast("stored", stored + its.length),
      bytes: atLeast(
        "bytes",
        its.reduce((sum, object) => sum + object.bytes, bytes),
      ),
    };
    try {
      await this.#edges.crawls.amend(crawlId, counts);
    } catch (error) {
      log.rowsLeft(error); // the row says it all the same
    }
    this.#rows.add({ crawlId, document: { ...document, ...counts } });
  }
}
