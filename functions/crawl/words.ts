import { log } from "#shared/log.ts";
import type { StoredObject } from "#shared/objects/stored.ts";
import type { CrawlEdges } from "./edges.ts";
import type { CrawlReport } from "./report.ts";
import type { Candidate } from "./source.ts";

/** Metadata that the source may change its mind about; the rest says which file it is and who has stored it. */
const words = [
  "title",
  "username",
  "license",
  "license-url",
  "gen-ai-preference",
  "tags",
  "source-url",
];
/** What a sound that is there again is rid of. */
const gone = "source-deleted";

/** The names of the words that are other now than they were when the object was stored. */
export const differences = ({ metadata }: Candidate, stored: StoredObject): string[] =>
  [...words, gone].filter((name) => (metadata[name] ?? "") !== (stored.metadata[name] ?? ""));

/**
 * Keeps what the source says now about a recording: other words make a new version of the same bytes, so that the
 * tables learn of them. Nothing is downloaded.
 */
export async function restate(
  { edges, report }: { readonly edges: CrawlEdges; readonly report: CrawlReport },
  candidate: Candidate,
  stored: StoredObject,
): Promise<void> {
  const fields = differences(candidate, stored);
  if (fields.length === 0) return;
  noteChange(report, stored, fields);
  const kept = Object.entries(stored.metadata).filter(
    ([name]) => !words.includes(name) && name !== gone,
  );
  const said = Object.entries(candidate.metadata).filter(([name]) => words.includes(name));
  await edges.stored.restate(stored, Object.fromEntries([...kept, ...said]));
}

export function noteChange(report: CrawlReport, stored: StoredObject, fields: string[]): void {
  report.changed++;
  log.soundChanged({ crawlId: report.crawl_id, objectName: stored.name, fields });
}
