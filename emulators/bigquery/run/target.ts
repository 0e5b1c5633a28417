import type { Context } from "../analyze/context.ts";
import type { Column } from "../analyze/scope.ts";
import { typed } from "../analyze/typed.ts";
import type { Type } from "../analyze/types.ts";
import { quoteName } from "../engine/literal.ts";
import { requiredFilter } from "../information/view.ts";
import { SqlError } from "../sql/error.ts";
import { datasetAndName } from "../store/catalog.ts";
import { type FieldSchema, typeOfField } from "../store/schema.ts";
import type { StoredTable } from "../store/store.ts";
import type { Environment } from "./environment.ts";

/** The table that a statement changes. */
export interface Target {
  readonly table: StoredTable;
  readonly physical: string;
  readonly fields: readonly FieldSchema[];
  readonly dataset: string | undefined;
}

export interface Place {
  readonly dataset: string;
  readonly name: string;
}

/** `[project.]dataset.name` of DDL and DML. Throws when no dataset is known or the project is another. */
export function placeOf(env: Environment, path: readonly string[]): Place {
  const place = datasetAndName(env.store, path, env.defaultDataset);
  if (place !== undefined) return place;
  const written = path.join(".");
  if (path.length > 2)
    throw new SqlError(
      `Access Denied: Project ${path.slice(0, -2).join(".")}: User does not have permission`,
      undefined,
      "accessDenied",
    );
  throw new SqlError(
    `Table "${written}" must be qualified with a dataset (e.g. dataset.table).`,
    undefined,
    "invalid",
  );
}

export function targetOf(env: Environment, path: readonly string[], what: string): Target {
  const [name = ""] = path;
  const temporary = path.length === 1 ? env.temporaryTables.get(name.toUpperCase()) : undefined;
  const place = temporary === undefined ? placeOf(env, path) : undefined;
  const table = temporary ?? findTable(env, place as Place);
  if (table.physical === undefined) throw new SqlError(`Cannot ${what} a view: ${path.join(".")}`);
  return { table, physical: table.physical, fields: table.schema.fields, dataset: place?.dataset };
}

function findTable({ store }: Environment, { dataset, name }: Place): StoredTable {
  const found = store.datasets.get(dataset);
  if (found === undefined)
    throw new SqlError(
      `Not found: Dataset ${store.projectId}:${dataset} was not found in location US`,
      undefined,
      "notFound",
    );
  const table = found.tables.get(name);
  if (table === undefined)
    throw new SqlError(
      `Not found: Table ${store.projectId}:${dataset}.${name} was not found in location US`,
      undefined,
      "notFound",
    );
  return table;
}

export function fieldNamed(
  fields: readonly FieldSchema[],
  name: string,
  at: number,
): { field: FieldSchema; index: number; type: Type } {
  const index = fields.findIndex((f) => f.name.toUpperCase() === name.toUpperCase());
  const field = fields[index];
  if (field === undefined) throw new SqlError(`Column ${name} is not present in the table`, at);
  return { field, index, type: typeOfField(field) };
}

/** The table's columns under a DuckDB alias. */
export const targetColumns = (target: Target, id: string): Column[] =>
  target.fields.map((f) => ({
    name: f.name,
    value: typed(`${id}.${quoteName(f.name)}`, typeOfField(f)),
  }));

/** Says that the statement reads the table under a DuckDB alias, which may need a filter. */
export function readTarget({ table, dataset }: Target, id: string, { session }: Context): void {
  const name = requiredFilter(table);
  if (name !== undefined)
    session.partitions.require(`${id}.${quoteName(name)}`, `${dataset}.${table.id}`, name);
}
