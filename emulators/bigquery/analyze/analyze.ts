import type { Query } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { openCursor } from "../sql/parse.ts";
import type { Catalog } from "./catalog.ts";
import type { Analyzer, Context, Relational, Session } from "./context.ts";
import { analyzeExpr } from "./expr.ts";
import { PartitionFilters } from "./partition-filter.ts";
import { analyzeQuery } from "./query.ts";
import { emptyScope } from "./scope.ts";
import type { Typed } from "./typed.ts";

const analyzer: Analyzer = { expr: analyzeExpr, query: analyzeQuery };

export interface SessionOptions {
  readonly catalog: Catalog;
  readonly params?: ReadonlyMap<string, Typed>;
  readonly variables?: ReadonlyMap<string, Typed>;
  readonly systemVariables?: ReadonlyMap<string, Typed>;
  readonly now: bigint;
}

/** The state of one statement's analysis; `context` is where its expressions start. */
export function openSession({
  catalog,
  params,
  variables,
  systemVariables,
  now,
}: SessionOptions): Context {
  let aliases = 0;
  const none = new Map<string, Typed>();
  const session: Session = {
    catalog,
    params: params ?? none,
    variables: variables ?? none,
    systemVariables: systemVariables ?? none,
    now,
    alias: () => {
      aliases += 1;
      return `t${aliases}`;
    },
    view: (text) =>
      analyzer.query(parseWhole(text), rootOf({ ...session, params: none, variables: none })),
    depth: { views: 0, subqueries: 0 },
    referenced: new Set(),
    partitions: new PartitionFilters(),
  };
  return rootOf(session);
}

const rootOf = (session: Session): Context => ({
  session,
  scope: emptyScope,
  ctes: new Map(),
  clause: "this place",
  analyzer,
});

/** The one query that a text consists of. */
export function parseWhole(text: string): Query {
  const cursor = openCursor(text);
  const query = cursor.query();
  cursor.accept(";");
  if (!cursor.atEnd) cursor.fail();
  return query;
}

/** A finished query: every column visible and with different names, as results must have. */
export function analyzeStatement(query: Query, context: Context): Relational {
  const result = expandValue(context.analyzer.query(query, context));
  const names = new Set<string>();
  for (const { name } of result.columns) {
    if (name === undefined) continue;
    if (names.has(name.toUpperCase()))
      throw new SqlError(
        `Duplicate column names in the result are not supported when a destination table is present. Found duplicate(s): ${name}`,
      );
    names.add(name.toUpperCase());
  }
  return result;
}

/** A value table of structs at the top shows the fields as columns. */
function expandValue(result: Relational): Relational {
  const [column] = result.columns;
  if (!result.value || column?.type.kind !== "STRUCT") return result;
  const { fields } = column.type;
  const list = fields.map((_, i) => `struct_extract(v.c0, '_${i + 1}') AS c${i}`).join(", ");
  return {
    sql: `SELECT ${list} FROM (${result.sql}) AS v`,
    columns: fields.map((f) => ({ name: f.name, type: f.type })),
    value: false,
  };
}
