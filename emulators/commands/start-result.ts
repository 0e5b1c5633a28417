import { flow, type Local } from "../local.ts";
import { query, type Row } from "./query.ts";
import type { CrawlAnswer } from "./start-crawl.ts";
import { clip, toCell, toTable } from "./table.ts";

/** What `npm start -- --json` prints: rows with the columns of the tables. */
export interface StartResult {
  readonly crawl: Row;
  readonly audioInfo: readonly Row[];
  readonly rejections: readonly Row[];
}

export async function readResult(
  local: Local,
  { crawl_id, failures }: CrawlAnswer,
): Promise<StartResult> {
  const { bigquery } = local.clients;
  const dataset = `${local.projectId}.${flow.dataset}`;
  const [crawls, audioInfo, rejections] = await Promise.all([
    query(bigquery, `SELECT * FROM \`${dataset}.crawls\` WHERE crawl_id = @crawl_id`, {
      params: { crawl_id },
    }),
    query(bigquery, `SELECT * FROM \`${dataset}.audio_info\` ORDER BY id`),
    query(bigquery, `SELECT * FROM \`${dataset}.rejections\` ORDER BY id, stage`),
  ]);
  const [crawl] = crawls;
  if (crawl === undefined) throw new Error(`crawl ${crawl_id} left no row in ${dataset}.crawls`);
  return { crawl: { ...crawl, failures }, audioInfo, rejections };
}

const labels = ["Excellent", "Good", "Fair", "Poor"] as const;

/** The result for a person: the table, what was rejected, and the counts. */
export function toReport({ crawl, audioInfo, rejections }: StartResult): string {
  const rows = audioInfo
    .filter((row) => row["status"] !== "rejected")
    .map((row) => ({
      title: clip(cell(row, "title") || cell(row, "id"), 34),
      seconds: row["duration"] ?? null,
      codec: row["codec"] ?? null,
      rate: row["sample_rate"] ?? null,
      label: row["quality_label"] ?? "–",
      score: row["quality_score"] ?? null,
      basis: row["label_basis"] ?? clip(cell(row, "unrated_reason"), 40),
      license: row["license"] ?? null,
    }));
  const counts = labels.map(
    (label) => `${label} ${audioInfo.filter((row) => row["quality_label"] === label).length}`,
  );
  const unrated = rows.filter((row) => row.label === "–").length;
  const refused = new Set(rejections.map((row) => row["id"]));
  const failures = crawl["failures"] as readonly Row[];
  return [
    toTable(rows),
    ...(rejections.length === 0
      ? []
      : ["Rejected:", toTable(rejections, ["title", "id", "stage", "reason", "detail"])]),
    ...failures.map(
      (failure) => `Not fetched: ${cell(failure, "title")}: ${cell(failure, "reason")}`,
    ),
    [...counts, `unrated ${unrated}`, `rejected ${refused.size}`].join(", "),
    `Crawl ${cell(crawl, "crawl_id")} ${cell(crawl, "status")}: found ${cell(crawl, "found")}, ` +
      `stored ${cell(crawl, "stored")}, already stored ${cell(crawl, "already_stored")}, ` +
      `failed ${cell(crawl, "failed")}, API calls ${cell(crawl, "api_calls")}, bytes ${cell(crawl, "bytes")}`,
    ...(crawl["error"] === null ? [] : [`Error: ${cell(crawl, "error")}`]),
    "",
  ].join("\n");
}

const cell = (row: Row, column: string) => toCell(row[column] ?? null);
