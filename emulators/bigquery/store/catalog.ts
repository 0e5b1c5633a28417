import type { Catalog, CatalogColumn, CatalogRoutine, CatalogTable } from "../analyze/catalog.ts";
import { SqlError } from "../sql/error.ts";
import { requiredFilter } from "../information/view.ts";
import { informationSchema } from "./information-schema.ts";
import { typeOfField } from "./schema.ts";
import type { Store } from "./store.ts";

export interface CatalogOptions {
  readonly defaultDataset?: string | undefined;
  /** Tables and functions of the script itself, by upper-cased name. */
  readonly temporary?: {
    readonly tables: ReadonlyMap<string, CatalogTable>;
    readonly routines: ReadonlyMap<string, CatalogRoutine>;
  };
}

/** The store as the analyzer asks it: names resolved against the project and the default dataset. */
export function openCatalog(store: Store, { defaultDataset, temporary }: CatalogOptions): Catalog {
  return {
    table(path, at) {
      const [name = ""] = path;
      const own = path.length === 1 ? temporary?.tables.get(name.toUpperCase()) : undefined;
      return (
        own ??
        informationSchema(store, path, defaultDataset, at) ??
        storedTable(store, path, defaultDataset, at)
      );
    },
    routine(path) {
      const [name = ""] = path;
      if (path.length === 1) {
        const own = temporary?.routines.get(name.toUpperCase());
        if (own !== undefined || defaultDataset === undefined) return own;
      }
      const where = datasetAndName(store, path, defaultDataset);
      return where === undefined
        ? undefined
        : store.datasets.get(where.dataset)?.routines.get(where.name)?.routine;
    },
  };
}

/** `[project.]dataset.name`; undefined when the project is another one or no dataset is known. */
export function datasetAndName(
  store: Store,
  path: readonly string[],
  defaultDataset: string | undefined,
): { dataset: string; name: string } | undefined {
  const name = path.at(-1) ?? "";
  const dataset = path.at(-2) ?? defaultDataset;
  const project = path.length > 2 ? path.slice(0, -2).join(".") : store.projectId;
  return dataset === undefined || project !== store.projectId ? undefined : { dataset, name };
}

function storedTable(
  store: Store,
  path: readonly string[],
  defaultDataset: string | undefined,
  at: number,
): CatalogTable {
  const written = path.join(".");
  const where = datasetAndName(store, path, defaultDataset);
  if (where === undefined) {
    if (path.length > 2)
      throw new SqlError(
        `Access Denied: Table ${path.slice(0, -2).join(".")}:${path.slice(-2).join(".")}: User does not have permission to query table ${written}, or perhaps it does not exist.`,
        undefined,
        "accessDenied",
      );
    throw new SqlError(
      `Table "${written}" must be qualified with a dataset (e.g. dataset.table).`,
      undefined,
      "invalid",
    );
  }
  const dataset = store.datasets.get(where.dataset);
  if (dataset === undefined)
    throw new SqlError(
      `Not found: Dataset ${store.projectId}:${where.dataset} was not found in location US`,
      undefined,
      "notFound",
    );
  const table = dataset.tables.get(where.name);
  const id = `${store.projectId}:${where.dataset}.${where.name}`;
  if (table === undefined) {
    if (where.name.endsWith("*"))
      throw new SqlError(
        "Not supported by the local BigQuery: wildcard tables",
        at,
        "notImplemented",
      );
    throw new SqlError(
      `Not found: Table ${id} was not found in location US`,
      undefined,
      "notFound",
    );
  }
  if (table.view !== undefined) return { kind: "view", query: table.view, id };
  const columns = table.schema.fields.map((f): CatalogColumn => ({
    name: f.name,
    type: typeOfField(f),
  }));
  if (columns.length === 0)
    throw new SqlError(`Table ${id} does not have a schema.`, undefined, "invalid");
  return { kind: "table", sql: table.physical ?? "", columns, id, filterOn: requiredFilter(table) };
}
