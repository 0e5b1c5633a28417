import type { Cte, Query, QueryBody } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { Context, CteBinding, Relational } from "./context.ts";
import { readsOf } from "./partition-filter.ts";
import { checkRecursiveTerm, references } from "./recursive-rules.ts";
import type { Type } from "./types.ts";

/** The WITH clause: a context that knows its names, and its SQL. */
export function bindCtes(
  node: Pick<Query, "with" | "recursive">,
  context: Context,
): { context: Context; prefix: string } {
  if (node.with.length === 0) return { context, prefix: "" };
  const ctes = new Map(context.ctes);
  const pieces: string[] = [];
  let recursive = false;
  const taken = new Set<string>();
  for (const { name, at } of node.with) {
    if (taken.has(name.toUpperCase()))
      throw new SqlError(`Duplicate alias ${name} for WITH subquery`, at);
    taken.add(name.toUpperCase());
  }
  for (const cte of node.recursive ? inDependencyOrder(node.with) : node.with) {
    const id = `${context.session.alias()}_q`;
    const inside: Context = { ...context, ctes };
    const self = node.recursive && references(cte.query, cte.name);
    const result: ReturnType<typeof recursiveCte> = self
      ? recursiveCte(cte, id, inside)
      : context.analyzer.query(cte.query, inside);
    recursive ||= self;
    const names = result.columns.map((_, i) => `c${i}`);
    if (result.rounds === true) names.push("round");
    pieces.push(`${id}(${names.join(", ")}) AS (${result.sql})`);
    // Other queries see the names anew: a map of their own, for names of an inner WITH hide these only inside.
    ctes.set(cte.name.toUpperCase(), binding(id, result));
  }
  return {
    context: { ...context, ctes },
    prefix: `WITH ${recursive ? "RECURSIVE " : ""}${pieces.join(", ")}`,
  };
}

const binding = (id: string, { columns, value }: Relational): CteBinding => ({
  id,
  value,
  reads: columns.map((column) => readsOf(column)),
  columns: columns.map(({ name, type }) => ({ name, type })),
});

/** `base UNION ALL recursive`: the base gives the types, which the recursive term must come to. */
function recursiveCte(
  cte: Cte,
  id: string,
  context: Context,
): Relational & { readonly rounds?: true } {
  const { body } = cte.query;
  if (body.kind !== "set" || body.op !== "UNION" || body.byName !== undefined)
    throw new SqlError(
      `Recursive query ${cte.name} must be a UNION of a non-recursive and a recursive term`,
      cte.at,
    );
  if (cte.query.orderBy.length > 0 || cte.query.limit !== undefined || cte.query.pipes.length > 0)
    throw new SqlError(`ORDER BY and LIMIT are not allowed in recursive query ${cte.name}`, cte.at);
  if (references(body.left, cte.name))
    throw new SqlError(`Recursive reference to ${cte.name} must be in the last term`, cte.at);
  checkRecursiveTerm(body.right, cte.name);
  const wrap = (part: QueryBody): Query => ({
    with: cte.query.with,
    recursive: cte.query.recursive,
    body: part,
    orderBy: [],
    pipes: [],
    at: cte.at,
  });
  const base = context.analyzer.query(wrap(body.left), context);
  const ctes = new Map(context.ctes).set(cte.name.toUpperCase(), binding(id, base));
  const types: Type[] = base.columns.map((c) => c.type);
  const step = context.analyzer.query(wrap(body.right), { ...context, ctes }, types);
  // What UNION DISTINCT has seen before ends by itself; UNION ALL counts its rounds in one more column.
  if (!body.all) return { ...base, sql: `(${base.sql}) UNION (${step.sql})` };
  const round = `(SELECT gsql_recursion(any_value(${id}.round)) FROM ${id})`;
  return {
    ...base,
    sql: `(SELECT *, CAST(0 AS BIGINT) FROM (${base.sql})) UNION ALL (SELECT *, ${round} FROM (${step.sql}))`,
    rounds: true,
  };
}

function inDependencyOrder(ctes: readonly Cte[]): Cte[] {
  const done: Cte[] = [];
  const visit = (cte: Cte, path: readonly Cte[]) => {
    if (done.includes(cte)) return;
    if (path.includes(cte))
      throw new SqlError(
        `Unsupported dependency cycle of WITH queries: ${[...path, cte].map(({ name }) => name).join(" => ")}`,
        cte.at,
      );
    for (const other of ctes)
      if (other !== cte && references(cte.query, other.name)) visit(other, [...path, cte]);
    done.push(cte);
  };
  for (const cte of ctes) visit(cte, []);
  return done;
}
