import type { BigQuery, Job } from "@google-cloud/bigquery";
import { type Row, toPlain } from "./query.ts";

/** What a statement gave: rows under the columns of its schema, or what it did. */
export interface Result {
  /** Undefined for a statement that has no rows to show. */
  readonly columns: readonly string[] | undefined;
  readonly rows: readonly Row[];
  /** `3 rows inserted`, or the kind of statement that is done. */
  readonly done: string;
}

interface Page {
  readonly schema?: { readonly fields?: readonly { readonly name?: string }[] };
}

interface Statistics {
  readonly statementType?: string;
  readonly dmlStats?: Readonly<Record<string, string>>;
}

/** An INT64 is a number where a number can be it, and else its digits as text: none is rounded. */
const integer = (text: string): number | string =>
  Number.isSafeInteger(Number(text)) ? Number(text) : text;

/** Runs GoogleSQL; values as JSON has them, times as RFC 3339 text, bytes as base64. */
export async function runSql(
  bigquery: BigQuery,
  query: string,
  defaultDataset: string,
): Promise<Result> {
  const [job] = await bigquery.createQueryJob({
    query,
    useLegacySql: false,
    defaultDataset: { datasetId: defaultDataset },
  });
  const rows: Row[] = [];
  let columns: string[] | undefined;
  let next: object | null = { autoPaginate: false };
  while (next !== null) {
    const [found, following, page] = (await job.getQueryResults({
      ...next,
      wrapIntegers: { integerTypeCastFunction: integer },
    })) as unknown as [Record<string, unknown>[], object | null, Page | undefined];
    columns ??= page?.schema?.fields?.map(({ name }) => name ?? "");
    for (const row of found)
      rows.push(
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toPlain(value)])),
      );
    next = following;
  }
  return { columns, rows, done: await describe(job) };
}

async function describe(job: Job): Promise<string> {
  const [metadata] = (await job.getMetadata()) as unknown as [
    { statistics?: { query?: Statistics } },
  ];
  const { statementType = "", dmlStats = {} } = metadata.statistics?.query ?? {};
  const changes = ["inserted", "updated", "deleted"].flatMap((what) => {
    const count = Number(dmlStats[`${what}RowCount`] ?? 0);
    return count === 0 ? [] : [`${count} ${count === 1 ? "row" : "rows"} ${what}`];
  });
  if (/^(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE_TABLE)$/.test(statementType))
    return changes.length === 0 ? "no rows changed" : changes.join(", ");
  return `${statementType.toLowerCase().replaceAll("_", " ") || "statement"}: done`;
}
