import type { CatalogTable } from "../analyze/catalog.ts";
import { STRING, TIMESTAMP, INT64, BOOL, type Type, typeName } from "../analyze/types.ts";
import { type Plain, toSql } from "../engine/literal.ts";
import { SqlError } from "../sql/error.ts";
import { typeOfField } from "./schema.ts";
import type { Store, StoredDataset } from "./store.ts";

interface View {
  readonly columns: readonly (readonly [string, Type])[];
  rows(store: Store, datasets: readonly StoredDataset[]): Plain[][];
}

const micros = (ms: number) => BigInt(ms) * 1000n;
const yesNo = (yes: boolean) => (yes ? "YES" : "NO");

const views: Readonly<Record<string, View>> = {
  SCHEMATA: {
    columns: [
      ["catalog_name", STRING],
      ["schema_name", STRING],
      ["creation_time", TIMESTAMP],
      ["last_modified_time", TIMESTAMP],
      ["location", STRING],
    ],
    rows: (store, datasets) =>
      datasets.map((d) => [store.projectId, d.id, micros(d.created), micros(d.modified), "US"]),
  },
  TABLES: {
    columns: [
      ["table_catalog", STRING],
      ["table_schema", STRING],
      ["table_name", STRING],
      ["table_type", STRING],
      ["is_insertable_into", STRING],
      ["is_typed", STRING],
      ["creation_time", TIMESTAMP],
    ],
    rows: (store, datasets) =>
      datasets.flatMap((d) =>
        [...d.tables.values()].map((t) => [
          store.projectId,
          d.id,
          t.id,
          t.view === undefined ? "BASE TABLE" : "VIEW",
          yesNo(t.view === undefined),
          "NO",
          micros(t.created),
        ]),
      ),
  },
  VIEWS: {
    columns: [
      ["table_catalog", STRING],
      ["table_schema", STRING],
      ["table_name", STRING],
      ["view_definition", STRING],
      ["check_option", STRING],
      ["use_standard_sql", STRING],
    ],
    rows: (store, datasets) =>
      datasets.flatMap((d) =>
        [...d.tables.values()].flatMap((t) =>
          t.view === undefined ? [] : [[store.projectId, d.id, t.id, t.view, null, "YES"]],
        ),
      ),
  },
  COLUMNS: {
    columns: [
      ["table_catalog", STRING],
      ["table_schema", STRING],
      ["table_name", STRING],
      ["column_name", STRING],
      ["ordinal_position", INT64],
      ["is_nullable", STRING],
      ["data_type", STRING],
      ["is_partitioning_column", STRING],
      ["clustering_ordinal_position", INT64],
    ],
    rows: (store, datasets) =>
      datasets.flatMap((d) =>
        [...d.tables.values()].flatMap((t) =>
          t.schema.fields.map((f, i): Plain[] => {
            const partition = (t.resource["timePartitioning"] as { field?: string } | undefined)
              ?.field;
            const clustering =
              (t.resource["clustering"] as { fields?: string[] } | undefined)?.fields?.indexOf(
                f.name,
              ) ?? -1;
            return [
              store.projectId,
              d.id,
              t.id,
              f.name,
              BigInt(i + 1),
              yesNo(f.mode !== "REQUIRED"),
              typeName(typeOfField(f)),
              yesNo(partition === f.name),
              clustering < 0 ? null : BigInt(clustering + 1),
            ];
          }),
        ),
      ),
  },
  ROUTINES: {
    columns: [
      ["routine_catalog", STRING],
      ["routine_schema", STRING],
      ["routine_name", STRING],
      ["routine_type", STRING],
      ["is_deterministic", BOOL],
    ],
    rows: (store, datasets) =>
      datasets.flatMap((d) =>
        [...d.routines.values()].map((r) => [store.projectId, d.id, r.id, "FUNCTION", null]),
      ),
  },
};

/** A view of INFORMATION_SCHEMA by its path: `dataset.INFORMATION_SCHEMA.TABLES`, with or without project or region. */
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
  if (view === undefined)
    throw new SqlError(
      `Not supported by the local BigQuery: INFORMATION_SCHEMA.${name}`,
      at,
      "notImplemented",
    );
  const scope = index === 0 ? defaultDataset : path[index - 1];
  const region = scope?.toLowerCase().startsWith("region-") === true || scope === store.projectId;
  const all = [...store.datasets.values()];
  const datasets =
    name === "SCHEMATA" || region ? all : scope === undefined ? [] : [store.dataset(scope)];
  const rows = view.rows(store, datasets);
  const cells = (row: readonly Plain[]) =>
    view.columns.map(([, type], i) => toSql(row[i] ?? null, type)).join(", ");
  const names = view.columns.map(([column]) => `"${column}"`).join(", ");
  const empty = `SELECT * FROM (VALUES (${cells([])})) WHERE FALSE`;
  const sql =
    rows.length === 0
      ? `(SELECT * FROM (${empty}) AS v(${names}))`
      : `(SELECT * FROM (VALUES ${rows.map((row) => `(${cells(row)})`).join(", ")}) AS v(${names}))`;
  return {
    kind: "rows",
    sql,
    columns: view.columns.map(([column, type]) => ({ name: column, type })),
    id: path.join("."),
  };
}
