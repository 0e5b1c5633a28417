import { type Local, type LocalOptions, startLocal } from "#emulators/local.ts";
import { query, type Row } from "#emulators/commands/query.ts";

/** A running local Earmark, with what the stories ask of it. */
export interface Pipeline {
  readonly local: Local;
  /** Lines that the functions printed. */
  readonly lines: string[];
  /** Runs a crawl to its end, and waits until every event is delivered. */
  crawl(request?: object): Promise<Row>;
  /** Puts a file into the recordings bucket. */
  drop(name: string, bytes: Uint8Array, metadata?: Record<string, string>): void;
  sql(statement: string): Promise<Row[]>;
  /** Every table without what differs from run to run (times, event ids, generations), in order of id. */
  tables(): Promise<Record<"recordings" | "quality" | "rejections" | "audio_info", Row[]>>;
  close(): Promise<void>;
}

export async function startPipeline(options: LocalOptions = {}): Promise<Pipeline> {
  const lines: string[] = [];
  const local = await startLocal({
    onLine: (name, line) => lines.push(`${name}: ${line}`),
    ...options,
  });
  const sql = (statement: string) =>
    query(local.clients.bigquery, statement, { defaultDataset: "earmark" });
  /** Addresses of the local Freesound hold its port, which differs from run to run. */
  const settled = async (statement: string): Promise<Row[]> =>
    JSON.parse(JSON.stringify(await sql(statement)).replaceAll(local.freesound.url, "FREESOUND"));
  return {
    local,
    lines,
    sql,
    async crawl(request = {}) {
      const response = await fetch(local.functions.crawl.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request),
      });
      const report = (await response.json()) as Row;
      await local.eventarc.settled();
      return report;
    },
    drop(name, bytes, metadata = {}) {
      const bucket = `${local.projectId}-earmark-recordings`;
      local.storage.objects.put(bucket, name, bytes, { metadata });
    },
    async tables() {
      const [recordings, quality, rejections, audio_info] = await Promise.all([
        settled(
          `SELECT * EXCEPT (generation, crawl_id, created_at, loaded_at, event_id) FROM recordings ORDER BY id`,
        ),
        settled(`SELECT * EXCEPT (generation, classified_at, event_id) FROM quality ORDER BY id`),
        settled(`SELECT id, stage, reason, detail FROM rejections ORDER BY id, stage`),
        settled(`SELECT * EXCEPT (crawl_id, loaded_at, classified_at) FROM audio_info ORDER BY id`),
      ]);
      return { recordings, quality, rejections, audio_info };
    },
    close: () => local.close(),
  };
}
