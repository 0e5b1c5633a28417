import type { Expr } from "../sql/ast.ts";
import type { Type } from "./types.ts";

export interface CatalogColumn {
  readonly name: string;
  readonly type: Type;
}

export type CatalogTable =
  | {
      readonly kind: "table";
      /** The table as DuckDB names it. */
      readonly sql: string;
      readonly columns: readonly CatalogColumn[];
      readonly id: string;
      /** The partitioning column, when queries must have a filter on it. */
      readonly filterOn?: string | undefined;
    }
  | { readonly kind: "view"; readonly query: string; readonly id: string }
  | {
      readonly kind: "rows";
      readonly sql: string;
      readonly columns: readonly CatalogColumn[];
      readonly id: string;
    };

export interface CatalogRoutine {
  readonly name: string;
  /** A parameter of type undefined is `ANY TYPE`. */
  readonly params: readonly { readonly name: string; readonly type: Type | undefined }[];
  readonly result: Type | undefined;
  readonly body: Expr;
  /** A value where it is left out. The body of a procedure is a literal: the text from its parameters on. */
  readonly yields?: "value" | "aggregate" | "table" | "procedure";
}

/** What the analyzer asks of the store. */
export interface Catalog {
  /** A table by the parts of its path; throws `SqlError` with BigQuery's words when there is none. */
  table(path: readonly string[], at: number): CatalogTable;
  routine(path: readonly string[]): CatalogRoutine | undefined;
}
