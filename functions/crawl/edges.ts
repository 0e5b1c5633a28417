import type { Crawls } from "#shared/catalog/crawls.ts";
import type { Clock } from "#shared/clock.ts";
import type { Objects } from "#shared/objects/objects.ts";
import type { Stored } from "#shared/objects/stored.ts";
import type { Warehouse } from "#shared/warehouse/warehouse.ts";
import type { CrawlPlan } from "./plan.ts";
import type { Source } from "./source.ts";

interface SourceOptions {
  /** Ends whatever the source waits for. */
  readonly signal: AbortSignal;
  /** Time by the clock after which no wait may end. */
  readonly until: number;
  /** Only what was created since then; null is everything. RFC 3339. */
  readonly since: string | null;
}

/** Everything outside the process that a crawl works with. */
export interface CrawlEdges {
  readonly objects: Objects;
  readonly stored: Stored;
  readonly crawls: Crawls;
  readonly warehouse: Warehouse;
  readonly clock: Clock;
  /**
   * The source of one crawl, so that its API calls are counted apart.
   * @throws PermanentError when the plan asks for one that is not there
   */
  readonly openSource: (plan: CrawlPlan, options: SourceOptions) => Promise<Source>;
}
