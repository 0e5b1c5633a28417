import { type BigQuery, common } from "@google-cloud/bigquery";

export type TableName = "recordings" | "quality" | "crawls" | "rejections";

/** A row by column name: what the table's JSON schema lists. Times are RFC 3339 text. */
export type Row = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/** BigQuery refused rows: every refused row's problems, in words. */
export class RowsRefusedError extends Error {
  override readonly name = "RowsRefusedError";
}

export interface Warehouse {
  /**
   * Streams one row. `insertId` makes a second insert of the same row within about a minute count once;
   * beyond that the views do.
   * @throws RowsRefusedError when BigQuery refuses the row (a column that the table has not, a wrong type).
   */
  insert(table: TableName, insertId: string, row: Row): Promise<void>;
}

/** Opens a dataset. */
export function openWarehouse(bigquery: BigQuery, datasetName: string): Warehouse {
  const dataset = bigquery.dataset(datasetName);
  return {
    async insert(table, insertId, row) {
      try {
        const rows = [{ insertId, json: row }];
        await dataset.table(table).insert(rows, { raw: true, partialRetries: 0 });
      } catch (error) {
        if (!(error instanceof common.util.PartialFailureError)) throw error;
        const problems = JSON.stringify(error.errors);
        throw new RowsRefusedError(`${table} refused row ${insertId}: ${problems}`, {
          cause: error,
        });
      }
    },
  };
}
