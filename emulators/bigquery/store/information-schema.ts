import type { CatalogTable } from "../analyze/catalog.ts";
import { columnFieldPaths, columns } from "../information/columns.ts";
import { partitions } from "../information/partitions.ts";
import { routines } from "../information/routines.ts";
import { schemata, tableOptions, tables, viewsView } from "../information/tables.ts";
import { type View, viewSql } from "../information/view.ts";
import { SqlError } from "../sql/error.ts";
import type { Store, StoredDataset } from "./store.ts";

const views: Readonly<Record<string, View>> = {
  SCHEMATA: schemata,
  TABLES: tables,
  TABLE_OPTIONS: tableOptions,
  VIEWS: viewsView,
  COLUMNS: columns,
  COLUMN_FIELD_PATHS: columnFieldPaths,
  PARTITIONS: partitions,
  ROUTINES: routines,
};

/** Views that the documentation lists and that are not here. */
const absent =
  /^(?:(?:JOBS|SESSIONS|STREAMING|WRITE_API|RESERVATION|CAPACITY|ASSIGNMENT|TABLE_STORAGE|SEARCH_INDEX|VECTOR_INDEX|SCHEMATA_|SHARED_|BI_|OBJECT_|ROUTINE_|EFFECTIVE_|ORGANIZATION_|PROJECT_|RECOMMENDATIONS|INSIGHTS)\w*|PARAMETERS|MATERIALIZED_VIEWS|TABLE_SNAPSHOTS|TABLE_CONSTRAINTS|KEY_COLUMN_USAGE|CONSTRAINT_COLUMN_USAGE|PROPERTY_GRAPHS)$/;

const missing = (store: Store, path: readonly string[], name: string, at: number): SqlError =>
  absent.test(name)
    ? new SqlError(
        `Not supported by the local BigQuery: INFORMATION_SCHEMA.${name}`,
        at,
        "notImplemented",
      )
    : new SqlError(
        `Not found: Table ${[store.projectId, ...path.slice(-3, -2)].join(":")}.INFORMATION_SCHEMA.${name} was not found in location US`,
        undefined,
        "notFound",
      );

/**
 * A view of INFORMATION_SCHEMA by its path: `dataset.INFORMATION_SCHEMA.TABLES`, or a region's with or without project.
 * Undefined for a path that is none.
 */
export function informationSchema(
  store: Store,
  path: readonly string[],
  defaultDataset: string | undefined,
  at: number,
): CatalogTable | undefined {
  const index = path.findIndex((part) => part.toUpperCase() === "INFORMATION_SCHEMA");
  if (index < 0 || index !== path.length - 2) return undefined;
  const name = (path.at(-1) ?? "").toUpperCase();
  const view = views[name];
  if (view === undefined) throw missing(store, path, name, at);
  const datasets = datasetsOf(store, path.slice(0, index), defaultDataset, name);
  return {
    kind: "rows",
    sql: viewSql(view, store, datasets),
    columns: view.columns.map(([column, type]) => ({ name: column, type })),
    id: path.join("."),
  };
}

const isRegion = (part: string | undefined): boolean =>
  part?.toLowerCase().startsWith("region-") === true;

/** What stands before INFORMATION_SCHEMA: `[project.]dataset`, `[project.]region-us`, or nothing. */
function datasetsOf(
  store: Store,
  before: readonly string[],
  defaultDataset: string | undefined,
  name: string,
): readonly StoredDataset[] {
  const all = [...store.datasets.values()];
  const last = before.at(-1);
  const alone = before.length === 1 && last === store.projectId && !store.datasets.has(last);
  const project = alone ? last : before.length > 1 ? before.slice(0, -1).join(".") : undefined;
  if (project !== undefined && project !== store.projectId)
    throw new SqlError(
      `Access Denied: Table ${project}:${before.at(-1)}.INFORMATION_SCHEMA.${name}: User does not have permission to query table ${[...before, "INFORMATION_SCHEMA", name].join(".")}, or perhaps it does not exist.`,
      undefined,
      "accessDenied",
    );
  if (isRegion(last)) return all.filter((dataset) => regionOf(dataset) === last?.toLowerCase());
  const scope = alone ? undefined : (last ?? defaultDataset);
  if (name === "SCHEMATA" || alone) return all;
  if (scope === undefined)
    throw new SqlError(
      `Table "INFORMATION_SCHEMA.${name}" must be qualified with a dataset (e.g. dataset.table).`,
      undefined,
      "invalid",
    );
  return [store.dataset(scope)];
}

function regionOf({ resource }: StoredDataset): string {
  const location = resource["location"];
  return `region-${(typeof location === "string" ? location : "US").toLowerCase()}`;
}
