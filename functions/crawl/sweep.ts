import { log } from "#shared/log.ts";
import type { StoredObject } from "#shared/objects/stored.ts";
import type { Run } from "./run.ts";
import type { Source } from "./source.ts";

/** Objects asked for together. */
const batch = 100;

/**
 * Notices recordings of this query whose sound is gone at the source: their objects get the metadata
 * `source-deleted`. They stay, for the licences they came under cannot be taken back. What the scan has seen is
 * there; the rest is asked for by id, because a sound may also have stopped to fit the query.
 */
export async function sweepDeleted(
  { edges, plan, report, signal }: Pick<Run, "edges" | "plan" | "report" | "signal">,
  source: Source,
  seen: ReadonlySet<string>,
): Promise<void> {
  if (source.find === undefined) return;
  const { find } = source;
  const check = async (known: readonly StoredObject[]) => {
    const ids = known.map(({ metadata }) => metadata["source-id"] ?? "");
    const found = new Set((await find(ids)).map(({ id }) => id));
    for (const object of known) {
      if (found.has(object.metadata["source-id"] ?? "")) continue;
      report.deleted++;
      log.soundDeleted({ crawlId: report.crawl_id, objectName: object.name });
      const at = new Date(edges.clock.now()).toISOString();
      await edges.stored.annotate(object, { ...object.metadata, "source-deleted": at });
    }
  };
  let waiting: StoredObject[] = [];
  for await (const object of edges.stored.list(`${source.name}/`)) {
    signal.throwIfAborted();
    const { metadata } = object;
    const id = metadata["source-id"];
    if (metadata["query"] !== plan.query || id === undefined || !/^\d+$/.test(id)) continue;
    if (seen.has(id) || metadata["source-deleted"] !== undefined) continue;
    waiting.push(object);
    if (waiting.length < batch) continue;
    await check(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await check(waiting);
}
