import { type Type, typeName } from "../analyze/types.ts";
import { type Plain, quoteName, toSql } from "../engine/literal.ts";
import { type FieldSchema, typeOfField } from "../store/schema.ts";
import type { Store, StoredDataset, StoredTable } from "../store/store.ts";

/** A view of INFORMATION_SCHEMA: its columns as the documentation names them, and SQL that gives its rows. */
export interface View {
  readonly columns: readonly (readonly [string, Type])[];
  /** DuckDB queries of one row or more; each has the columns in order. */
  readonly selects: (store: Store, datasets: readonly StoredDataset[]) => string[];
}

/** A view whose rows are known without asking DuckDB. */
export const view = (
  columns: View["columns"],
  rows: (store: Store, datasets: readonly StoredDataset[]) => readonly (readonly Plain[])[],
): View => ({
  columns,
  selects: (store, datasets) => rows(store, datasets).map((row) => selectOf(row, columns)),
});

const selectOf = (row: readonly Plain[], columns: View["columns"]): string =>
  `SELECT ${columns.map(([, type], i) => toSql(row[i] ?? null, type)).join(", ")}`;

/** The rows of the view as a table expression of DuckDB. */
export function viewSql(
  { columns, selects }: View,
  store: Store,
  datasets: readonly StoredDataset[],
): string {
  const names = columns.map(([name]) => quoteName(name)).join(", ");
  const empty = `SELECT ${columns.map(([, type]) => toSql(null, type)).join(", ")} WHERE FALSE`;
  return `(SELECT * FROM (${[empty, ...selects(store, datasets)].join(" UNION ALL ")}) AS v(${names}))`;
}

/** One list over all tables, in the order of their names. */
export const ofTables = <T>(
  datasets: readonly StoredDataset[],
  make: (dataset: StoredDataset, table: StoredTable) => readonly T[],
): T[] =>
  datasets.flatMap((dataset) =>
    [...dataset.tables.values()]
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .flatMap((table) => make(dataset, table)),
  );

export const micros = (ms: number): bigint => BigInt(ms) * 1000n;
export const yesNo = (yes: boolean): string => (yes ? "YES" : "NO");

/** The type as DDL writes it, with the length or precision of the column. */
export function dataType(field: FieldSchema): string {
  const { maxLength, precision, scale } = field as Readonly<Record<string, string | undefined>>;
  const name = typeName(typeOfField(field));
  const limits = maxLength ?? (scale === undefined ? precision : `${precision}, ${scale}`);
  if (limits === undefined) return name;
  return name.endsWith(">") ? `${name.slice(0, -1)}(${limits})>` : `${name}(${limits})`;
}

interface Partitioning {
  readonly field: string | undefined;
  /** HOUR, DAY, MONTH or YEAR; undefined for ranges of integers. */
  readonly unit: string | undefined;
  readonly range:
    | { readonly start: bigint; readonly end: bigint; readonly interval: bigint }
    | undefined;
}

/** The column that every query over the table must filter, when it says so. */
export function requiredFilter(table: StoredTable): string | undefined {
  const { requirePartitionFilter, timePartitioning } = table.resource;
  const older = (timePartitioning as { requirePartitionFilter?: boolean } | undefined)
    ?.requirePartitionFilter;
  if (requirePartitionFilter !== true && older !== true) return undefined;
  const partitioning = partitioningOf(table);
  return partitioning === undefined ? undefined : (partitioning.field ?? "_PARTITIONTIME");
}

/** How the table is partitioned; undefined when it is not. */
export function partitioningOf({ resource }: StoredTable): Partitioning | undefined {
  const time = resource["timePartitioning"] as { type?: string; field?: string } | undefined;
  if (time !== undefined) return { field: time.field, unit: time.type ?? "DAY", range: undefined };
  const byRange = resource["rangePartitioning"] as
    | { field?: string; range?: { start?: string; end?: string; interval?: string } }
    | undefined;
  if (byRange === undefined) return undefined;
  const { start = 0, end = 0, interval = 1 } = byRange.range ?? {};
  const range = { start: BigInt(start), end: BigInt(end), interval: BigInt(interval) };
  return { field: byRange.field, unit: undefined, range };
}
