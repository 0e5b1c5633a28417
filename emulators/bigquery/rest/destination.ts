import { INT64 } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { storedRows } from "../run/stored-plain.ts";
import { checkLayout } from "../store/layout.ts";
import { checkSchema, type TableSchema, typeOfField } from "../store/schema.ts";
import { sameType, typeName } from "../analyze/types.ts";
import type { Resource, Store, StoredTable } from "../store/store.ts";
import { ApiError, duplicate, invalid, notFound } from "./api-error.ts";
import { append } from "./tabledata.ts";

/** The table that a job writes, and how. */
export interface Destination {
  readonly destinationTable?: {
    readonly projectId?: string;
    readonly datasetId?: string;
    readonly tableId?: string;
  };
  readonly createDisposition?: string;
  readonly writeDisposition?: string;
  readonly schemaUpdateOptions?: readonly string[];
  readonly timePartitioning?: unknown;
  readonly rangePartitioning?: unknown;
  readonly clustering?: unknown;
}

export interface Place {
  readonly datasetId: string;
  readonly tableId: string;
}

/** Where the destination is. Throws for one that is not named whole, or in another project. */
export function placeOf(store: Store, { destinationTable }: Destination): Place {
  const { projectId = store.projectId, datasetId, tableId } = destinationTable ?? {};
  if (datasetId === undefined || tableId === undefined)
    throw invalid("Required parameter is missing: destinationTable");
  if (projectId !== store.projectId)
    throw new ApiError(
      403,
      "accessDenied",
      `Access Denied: Project ${projectId}: User does not have permission`,
    );
  return { datasetId, tableId };
}

/**
 * Writes rows whose columns are those of `schema`, as the dispositions say: all of them or none, and the same for what
 * becomes of the table. `standard` is the write disposition where none is given: load jobs append, queries want an
 * empty table.
 */
export const writeTable = (
  store: Store,
  config: Destination,
  schema: TableSchema,
  rows: readonly (readonly Plain[])[],
  standard: "WRITE_APPEND" | "WRITE_EMPTY",
): Promise<void> => {
  const columns = schema.fields.map((field) => ({ name: field.name, type: typeOfField(field) }));
  return store.change(() => write(store, config, schema, storedRows(rows, columns), standard));
};

async function write(
  store: Store,
  config: Destination,
  schema: TableSchema,
  rows: readonly (readonly Plain[])[],
  standard: "WRITE_APPEND" | "WRITE_EMPTY",
): Promise<void> {
  const { datasetId, tableId } = placeOf(store, config);
  const existing = store.dataset(datasetId).tables.get(tableId);
  const disposition = config.writeDisposition ?? standard;
  if (!/^WRITE_(?:APPEND|EMPTY|TRUNCATE)$/.test(disposition))
    throw invalid(`Invalid value for writeDisposition: ${disposition} is not a valid value`);
  const wanted = checkSchema(schema);
  if (existing === undefined) {
    if (config.createDisposition === "CREATE_NEVER")
      throw notFound("Table", `${store.projectId}:${datasetId}.${tableId}`);
    const made = await store.createTable(datasetId, tableId, wanted, layout(config));
    await append(store, made, rows);
    return;
  }
  if (existing.physical === undefined) throw invalid("Cannot write into a view");
  if (disposition === "WRITE_EMPTY" && (await hasRows(store, existing)))
    throw duplicate("Table", `${store.projectId}:${datasetId}.${tableId}`);
  if (disposition === "WRITE_TRUNCATE") {
    checkLayout(existing.resource, wanted);
    await store.dropPhysical(existing);
    existing.physical = await store.createPhysical(wanted);
    existing.schema = wanted;
    existing.modified = Math.max(Date.now(), existing.modified + 1);
    await append(store, existing, rows);
    return;
  }
  if (existing.schema.fields.length === 0) await adopt(store, existing, wanted);
  else await extend(store, existing, wanted, config.schemaUpdateOptions ?? []);
  await append(store, existing, arrange(existing, wanted, rows));
}

const layout = ({ timePartitioning, rangePartitioning, clustering }: Destination): Resource => ({
  ...(timePartitioning === undefined ? {} : { timePartitioning }),
  ...(rangePartitioning === undefined ? {} : { rangePartitioning }),
  ...(clustering === undefined ? {} : { clustering }),
});

async function hasRows(store: Store, { physical }: StoredTable): Promise<boolean> {
  const [row] = await store.engine.query(`SELECT count(*) FROM ${physical}`, [INT64]);
  return (row?.[0] as bigint) > 0n;
}

/** A table made without columns takes those of the first rows. */
async function adopt(store: Store, table: StoredTable, schema: TableSchema): Promise<void> {
  await store.dropPhysical(table);
  table.physical = await store.createPhysical(schema);
  table.schema = schema;
}

/** Columns that the table does not have are added when the job allows it. */
async function extend(
  store: Store,
  table: StoredTable,
  { fields }: TableSchema,
  options: readonly string[],
): Promise<void> {
  if (options.some((option) => option !== "ALLOW_FIELD_ADDITION"))
    throw new ApiError(
      501,
      "notImplemented",
      `Not supported by the local BigQuery: schemaUpdateOptions ${options.join(", ")}`,
    );
  const known = new Set(table.schema.fields.map((f) => f.name.toUpperCase()));
  const added = fields.filter((f) => !known.has(f.name.toUpperCase()));
  if (options.length > 0 && added.length > 0)
    await store.updateSchema(table, { fields: [...table.schema.fields, ...added] });
}

/** The rows in the order of the table's columns; a column that they do not have is NULL. */
function arrange(
  table: StoredTable,
  { fields }: TableSchema,
  rows: readonly (readonly Plain[])[],
): (readonly Plain[])[] {
  const mismatch = (detail: string) =>
    invalid(`Provided Schema does not match Table ${table.id}. ${detail}`);
  for (const field of fields)
    if (!table.schema.fields.some((f) => f.name.toUpperCase() === field.name.toUpperCase()))
      throw mismatch(`Cannot add fields (field: ${field.name})`);
  const places = table.schema.fields.map((field) => {
    const index = fields.findIndex((f) => f.name.toUpperCase() === field.name.toUpperCase());
    if (index < 0) {
      if (field.mode === "REQUIRED") throw mismatch(`Field ${field.name} is missing in new schema`);
      return -1;
    }
    const [from, to] = [typeOfField(fields[index] ?? field), typeOfField(field)];
    if (!sameType(from, to))
      throw mismatch(
        `Field ${field.name} has changed type from ${typeName(to)} to ${typeName(from)}`,
      );
    return index;
  });
  return rows.map((row) => places.map((i) => (i < 0 ? null : (row[i] ?? null))));
}
