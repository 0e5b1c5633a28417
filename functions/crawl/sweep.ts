import { log } from "#shared/log.ts";
import type { StoredObject } from "#shared/objects/stored.ts";
import { crawlMetadata } from "./metadata.ts";
import type { Run } from "./run.ts";
import { restate } from "./words.ts";

/** Objects asked for together. */
const batch = 100;

/**
 * Looks after the recordings of this query that the scan has not come by, because their sound is gone at the
 * source, does not fit the query any more, or was stored in another format. They are asked for by id: what is
 * said otherwise now is kept, and those that are gone get the metadata `source-deleted`. They stay, for the
 * licences they came under cannot be taken back. Goes on after the object it came to in an earlier run.
 */
export async function sweep(run: Run, seen: ReadonlySet<string>): Promise<void> {
  const { edges, plan, signal, source } = run;
  const { query } = crawlMetadata(plan.query, "");
  if (source.find === undefined) return;
  let waiting: StoredObject[] = [];
  for await (const object of edges.stored.list(`${source.name}/`, run.mark.place?.swept)) {
    signal.throwIfAborted();
    const { metadata, name } = object;
    const id = metadata["source-id"];
    if ((metadata["query"] ?? "") !== query || id === undefined || !/^\d+$/.test(id)) continue;
    if (seen.has(name) || metadata["source-deleted"] !== undefined) continue;
    waiting.push(object);
    if (waiting.length < batch) continue;
    await look(run, waiting);
    waiting = [];
    if (run.mark.place !== null)
      run.mark = { ...run.mark, place: { ...run.mark.place, swept: name } };
    await run.keep();
  }
  if (waiting.length > 0) await look(run, waiting);
}

async function look(run: Run, objects: readonly StoredObject[]): Promise<void> {
  const { edges, report, source } = run;
  const found = await source.find?.([...new Set(objects.map(idOf))]);
  const candidates = new Map(found?.candidates.map((candidate) => [candidate.id, candidate]));
  const missing = new Set(found?.missing);
  for (const object of objects) {
    const candidate = candidates.get(idOf(object));
    if (candidate !== undefined) await restate(run, candidate, object);
    if (!missing.has(idOf(object))) continue;
    report.deleted++;
    log.soundDeleted({ crawlId: report.crawl_id, objectName: object.name });
    const at = new Date(edges.clock.now()).toISOString();
    await edges.stored.annotate(object, { ...object.metadata, "source-deleted": at });
  }
}

const idOf = ({ metadata }: StoredObject) => metadata["source-id"] ?? "";
