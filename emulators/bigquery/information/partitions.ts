import { INT64, STRING, TIMESTAMP } from "../analyze/types.ts";
import { quoteName, toSql } from "../engine/literal.ts";
import { SqlError } from "../sql/error.ts";
import { columnBytes } from "../store/logical-bytes.ts";
import { typeOfField } from "../store/schema.ts";
import type { StoredTable } from "../store/store.ts";
import { strings, tableKey } from "./tables.ts";
import { micros, ofTables, partitioningOf, type View } from "./view.ts";

/** How the units of time write their partitions (documentation, "Managing partitioned tables"). */
const formats: Readonly<Record<string, string>> = {
  HOUR: "%Y%m%d%H",
  DAY: "%Y%m%d",
  MONTH: "%Y%m",
  YEAR: "%Y",
};

/** DuckDB SQL of the id of a row's partition. */
function partitionId(table: StoredTable, id: string): string {
  const partitioning = partitioningOf(table);
  if (partitioning === undefined) return toSql(null, STRING);
  const { field, unit, range } = partitioning;
  if (field === undefined)
    throw new SqlError(
      `Not supported by the local BigQuery: partitions by the time of ingestion (table ${id})`,
      undefined,
      "notImplemented",
    );
  const column = quoteName(field);
  const known =
    range === undefined
      ? `strftime(${column}, '${formats[unit ?? ""] ?? "%Y%m%d"}')`
      : `CASE WHEN ${column} < ${range.start} OR ${column} >= ${range.end} THEN '__UNPARTITIONED__' ELSE CAST(${range.start} + (${column} - ${range.start}) // ${range.interval} * ${range.interval} AS VARCHAR) END`;
  return `CASE WHEN ${column} IS NULL THEN '__NULL__' ELSE ${known} END`;
}

/**
 * Documentation: "PARTITIONS view". A table that is not partitioned is one row whose partition_id is NULL. Rows are
 * counted by the partitioning column; none are in the buffer that `__UNPARTITIONED__` stands for in tables by time.
 */
export const partitions: View = {
  columns: [
    ...tableKey,
    ["partition_id", STRING],
    ["total_rows", INT64],
    ["total_logical_bytes", INT64],
    ["total_billable_bytes", INT64],
    ["last_modified_time", TIMESTAMP],
    ...strings("storage_tier"),
  ],
  selects: ({ projectId }, datasets) =>
    ofTables(datasets, (d, t) => {
      if (t.physical === undefined) return [];
      const key = [projectId, d.id, t.id].map((text) => toSql(text, STRING)).join(", ");
      const sizes = t.schema.fields.map((f) => columnBytes(typeOfField(f), quoteName(f.name)));
      const bytes = `CAST(${sizes.length === 0 ? "0" : sizes.join(" + ")} AS BIGINT)`;
      const id = partitionId(t, `${projectId}:${d.id}.${t.id}`);
      const grouped = partitioningOf(t) === undefined ? "" : ` GROUP BY ${id}`;
      return [
        `SELECT ${key}, ${id}, count(*), ${bytes}, ${bytes}, ${toSql(micros(t.modified), TIMESTAMP)}, 'ACTIVE' FROM ${t.physical}${grouped}`,
      ];
    }),
};
