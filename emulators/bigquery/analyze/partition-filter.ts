import type { Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { Context, OutputColumn } from "./context.ts";

const column = String.raw`\bt\d+\.(?:"(?:[^"]|"")*"|\w+)`;
const oneColumn = new RegExp(`^${column}$`);
const columnOrText = new RegExp(`'(?:[^']|'')*'|${column}`, "g");

/**
 * Tables with `require_partition_filter` that a statement reads. Each needs a predicate that refers to its partitioning
 * column alone, in a WHERE or ON that sees the table, or a subquery, view or CTE which passes the column on.
 * More is accepted than BigQuery's pushdown reaches: a filter outside of a subquery with LIMIT or window functions.
 */
export class PartitionFilters {
  /** Names of columns in DuckDB SQL, as below. */
  private readonly required = new Map<string, { readonly table: string; readonly name: string }>();
  private readonly origins = new Map<string, readonly string[]>();
  private readonly filtered = new Set<string>();

  get areRequired(): boolean {
    return this.required.size > 0;
  }

  require(sql: string, table: string, name: string): void {
    this.required.set(sql, { table, name });
  }

  /** `sql` reads what all of `from` do, as far as they are plain columns: those of a UNION are several. */
  derive(sql: string, from: readonly string[]): void {
    if (!this.areRequired) return;
    const columns = from.filter((text) => oneColumn.test(text));
    if (columns.length > 0) this.origins.set(sql, columns.flatMap(this.originsOf));
  }

  filter(predicate: string): void {
    if (/\bSELECT\b/.test(predicate)) return; // partitions are eliminated before a subquery is known
    const columns = (predicate.match(columnOrText) ?? []).filter((text) => !text.startsWith("'"));
    const origins = columns.map(this.originsOf);
    if (new Set(origins.map(String)).size !== 1) return;
    for (const origin of origins.flat()) this.filtered.add(origin);
  }

  /** Throws when the finished statement `sql` lacks a filter. What was analyzed on the way and is not in it is not meant. */
  check(sql: string): void {
    const aliases = new Set(sql.match(/(?<= AS )t\d+\b/g));
    for (const [column, { table, name }] of this.required)
      if (!this.filtered.has(column) && aliases.has(column.slice(0, column.indexOf("."))))
        throw new SqlError(
          `Cannot query over table '${table}' without a filter over column(s) '${name}' that can be used for partition elimination`,
        );
  }

  private readonly originsOf = (sql: string): readonly string[] => this.origins.get(sql) ?? [sql];
}

/** The columns that an output column shows as they are. */
export const readsOf = ({ reads, value }: OutputColumn): readonly string[] =>
  reads ?? (value === undefined ? [] : [value.sql]);

/** Takes note of the predicates that rows must all fulfil. */
export function noteFilters(node: Expr, context: Context): void {
  const { partitions } = context.session;
  if (!partitions.areRequired) return;
  if (node.kind === "binary" && node.op === "AND") {
    noteFilters(node.left, context);
    noteFilters(node.right, context);
  } else partitions.filter(context.analyzer.expr(node, context).sql);
}
