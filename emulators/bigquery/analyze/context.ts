import type { Call, Expr, Query, WindowSpec } from "../sql/ast.ts";
import type { Catalog } from "./catalog.ts";
import type { PartitionFilters } from "./partition-filter.ts";
import type { Scope } from "./scope.ts";
import type { Typed } from "./typed.ts";
import type { Type } from "./types.ts";

/** An analyzed query: SQL whose columns are called `c0`, `c1` …, in this order. */
export interface Relational {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
  /** SELECT AS STRUCT and AS VALUE: a row is its one column. */
  readonly value: boolean;
}

export interface OutputColumn {
  readonly name: string | undefined;
  readonly type: Type;
  /** The expression behind it, which may still coerce as a literal does. */
  readonly value?: Typed;
  /** DuckDB SQL of the columns that it shows, when those are not `value`. */
  readonly reads?: readonly string[];
}

/** What a whole statement shares while it is analyzed. */
export interface Session {
  readonly catalog: Catalog;
  /** Query parameters by upper-cased name, or by position as `?0`. */
  readonly params: ReadonlyMap<string, Typed>;
  /** Script variables by upper-cased name. */
  readonly variables: ReadonlyMap<string, Typed>;
  readonly systemVariables: ReadonlyMap<string, Typed>;
  /** One instant for the whole statement, in microseconds. */
  readonly now: bigint;
  /** A new name that no other relation of the statement has. */
  alias(): string;
  /** Analyzes a view's text by itself. */
  view(text: string): Relational;
  readonly depth: { views: number; subqueries: number };
  readonly referenced: Set<string>;
  readonly partitions: PartitionFilters;
}

export interface CteBinding {
  readonly id: string;
  readonly columns: readonly OutputColumn[];
  /** What each column reads (see `OutputColumn`). */
  readonly reads: readonly (readonly string[])[];
  readonly value: boolean;
}

/** How aggregates are taken in: set where an expression stands after GROUP BY. */
export interface Grouping {
  readonly inner: Context;
  /** SQL of a key before grouping → its column after. */
  readonly keys: Map<string, Typed>;
  /** Several grouping sets: a key that is NULL in some must be found by its own name first. */
  readonly several: boolean;
  aggregate(call: Call, context: Context): Typed;
}

/** The `clause` of a context in which the arguments of aggregates stand. */
export const aggregateClause = "an aggregate function";

export interface Context {
  readonly session: Session;
  readonly scope: Scope;
  readonly ctes: ReadonlyMap<string, CteBinding>;
  readonly grouping?: Grouping;
  /** Named windows; present where analytic functions are allowed. */
  readonly windows?: ReadonlyMap<string, WindowSpec>;
  /** Why an aggregate or analytic function cannot stand here, for the message. */
  readonly clause: string;
  readonly analyzer: Analyzer;
}

/** The mutual recursion of expressions and queries, passed along so that files need not import each other. */
export interface Analyzer {
  expr(node: Expr, context: Context): Typed;
  /** With `targets` the columns come out in these types. */
  query(node: Query, context: Context, targets?: readonly Type[]): Relational;
}
