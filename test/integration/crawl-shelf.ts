import { Readable } from "node:stream";
import { crawl } from "#functions/crawl/crawl.ts";
import type { CrawlReport } from "#functions/crawl/report.ts";
import type { Candidate, Source } from "#functions/crawl/source.ts";
import { PermanentError } from "#shared/errors.ts";
import type { Harness } from "./crawl-harness.ts";

/** A recording on a shelf: what its host answers to a download. */
export interface Item {
  readonly id: string;
  readonly host?: string;
  /** Default: some bytes that may be audio. Null: the host does not answer. */
  readonly body?: string | null;
  /** Default `audio/mpeg`. */
  readonly contentType?: string;
  /** The host answers that the file is not there. */
  readonly isMissing?: boolean;
  /** Happens when it is asked for. */
  readonly asked?: () => void;
}

/** A source of a test's own, of pages of items; `downloads` counts each item's. */
export function shelf(pages: readonly (readonly Item[])[], downloads: string[] = []): Source {
  return {
    name: "shelf",
    apiCalls: 0,
    waitedMs: 0,
    start: { page: 0 },
    async *pages({ page = 0 }) {
      for (let at = Number(page); at < pages.length; at++) {
        await Promise.resolve();
        const candidates = (pages[at] ?? []).map((item) => toCandidate(item, downloads));
        const next = at + 1 < pages.length ? { page: at + 1 } : null;
        yield { found: pages.flat().length, candidates, failures: [], newest: null, next };
      }
    },
  };
}

function toCandidate(item: Item, downloads: string[]): Candidate {
  const { id, host = "one.example", body = "as good as audio", contentType = "audio/mpeg" } = item;
  return {
    id,
    host,
    title: id,
    license: "CC0-1.0",
    genAiPreference: null,
    metadata: { source: "shelf", "source-id": id },
    durationSeconds: null,
    objectName: () => `shelf/${id}.mp3`,
    async open() {
      downloads.push(id);
      item.asked?.();
      await Promise.resolve();
      if (item.isMissing === true) throw new PermanentError("file-missing", `${id} is not there`);
      if (body === null) throw new Error(`getaddrinfo ENOTFOUND ${host}`);
      return {
        body: Readable.from([Buffer.from(body)].filter(({ length }) => length > 0)),
        contentType,
        receivedBytes: body.length,
      };
    },
    bytes: async () => Promise.resolve(null),
  };
}

/** A crawl of a shelf to its end. */
export async function crawlShelf(
  harness: Harness,
  source: Source,
  request: object = {},
): Promise<CrawlReport> {
  const openSource = async () => Promise.resolve(source);
  const report = await crawl({ ...harness.edges, openSource }, harness.plan(request));
  if ("crawlId" in report) throw new Error(`crawl ${report.crawlId} is running`);
  return report;
}

/** So many items with ids from 0 on, each with what `more` says. */
export const items = (count: number, prefix: string, more: Omit<Item, "id"> = {}): Item[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}`, ...more }));
