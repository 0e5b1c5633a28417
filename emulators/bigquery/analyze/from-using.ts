import type { FromItem } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce, supertype } from "./coerce.ts";
import { compareSql } from "./compare.ts";
import type { FromResult } from "./from-query.ts";
import { type Column, lookup, type Relation } from "./scope.ts";
import { type Typed, typed } from "./typed.ts";

/** A join whose USING columns become one: of the left, of the right, or the first that is not NULL. */
export function usingJoin(
  item: Extract<FromItem, { kind: "join" }>,
  using: readonly string[],
  left: FromResult,
  right: FromResult,
  head: string,
): FromResult {
  const merged: Column[] = [];
  const conditions: string[] = [];
  for (const name of using) {
    const [a, b] = [left, right].map((side) => findUsing(side, name, item.at)) as [Typed, Typed];
    const type = supertype([a, b]);
    const [l, r] = [type && coerce(a, type), type && coerce(b, type)];
    if (type === undefined || l === undefined || r === undefined)
      throw new SqlError(
        `Column ${name} in USING has incompatible types on either side of the join`,
        item.at,
      );
    conditions.push(compareSql("=", l, r, item.at));
    const value =
      item.type === "full"
        ? typed(`coalesce(${l.sql}, ${r.sql})`, type)
        : item.type === "right"
          ? b
          : a;
    merged.push({ name, value });
  }
  const names = new Set(using.map((name) => name.toUpperCase()));
  const hide = (relation: Relation): Relation => ({
    ...relation,
    columns: relation.columns.map((c) =>
      names.has(c.name?.toUpperCase() ?? "") ? { ...c, hidden: true } : c,
    ),
  });
  const relations = [
    { alias: undefined, columns: merged },
    ...left.relations.map(hide),
    ...right.relations.map(hide),
  ];
  return { sql: `${head} ON ${conditions.join(" AND ")}`, relations };
}

function findUsing({ relations }: FromResult, name: string, at: number): Typed {
  const found = lookup({ relations }, name, at);
  if (found === undefined)
    throw new SqlError(`Column ${name} in USING clause not found on one side of the join`, at);
  return found;
}
