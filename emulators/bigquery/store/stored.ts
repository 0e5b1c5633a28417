import type { CatalogRoutine } from "../analyze/catalog.ts";
import type { TableSchema } from "./schema.ts";

/** What clients put into a resource and get back unchanged. */
export type Resource = Readonly<Record<string, unknown>>;

export interface StoredTable {
  readonly id: string;
  /** The table's name in DuckDB; undefined for a view. */
  physical: string | undefined;
  schema: TableSchema;
  /** The text of a view. */
  view: string | undefined;
  resource: Resource;
  readonly created: number;
  modified: number;
}

export interface StoredRoutine {
  readonly id: string;
  readonly routine: CatalogRoutine;
  resource: Resource;
  readonly created: number;
}

export interface StoredDataset {
  readonly id: string;
  resource: Resource;
  readonly created: number;
  modified: number;
  readonly tables: Map<string, StoredTable>;
  readonly routines: Map<string, StoredRoutine>;
}
