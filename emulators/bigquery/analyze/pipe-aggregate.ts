import type { FromItem, GroupBy, GroupingElement, Pipe, Select, SelectItem } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { containsAggregate } from "./call.ts";
import type { Tail } from "./query-tail.ts";

/** A SELECT of these items over one FROM. */
export const selectOf = (
  from: FromItem,
  items: readonly SelectItem[],
  at: number,
  more: Partial<Select> = {},
): Select => ({
  kind: "select",
  distinct: false,
  items,
  from,
  windows: [],
  at,
  ...more,
});

type Aggregate = Extract<Pipe, { kind: "aggregate" }>;

/** AGGREGATE yields the keys, then the aggregates. */
export function aggregate(pipe: Aggregate, from: FromItem): { select: Select; tail: Tail } {
  const keys = pipe.groupBy?.kind === "list" ? pipe.groupBy.items.flatMap(keysOf) : [];
  for (const item of pipe.items)
    if (!containsAggregate(item.expr))
      throw new SqlError("Expression in AGGREGATE must contain an aggregate function", item.at);
  const keyItems = keys.map(({ expr, alias }): SelectItem => ({
    kind: "expr",
    expr,
    at: pipe.at,
    ...(alias === undefined ? {} : { alias }),
  }));
  const items = pipe.items.map(({ expr, alias, at }): SelectItem => ({
    kind: "expr",
    expr,
    at,
    ...(alias === undefined ? {} : { alias }),
  }));
  const orders = [
    ...keys.map((k) => k.order ?? (pipe.orderKeys ? "asc" : undefined)),
    ...pipe.items.map((i) => i.order),
  ];
  const orderBy = orders.flatMap((order, i) =>
    order === undefined
      ? []
      : [
          {
            expr: {
              kind: "literal",
              value: { type: "int", text: String(i + 1) },
              at: pipe.at,
            } as const,
            desc: order === "desc",
          },
        ],
  );
  const groupBy: GroupBy = pipe.groupBy ?? {
    kind: "list",
    items: [{ kind: "empty" }],
    at: pipe.at,
  };
  return {
    select: selectOf(from, [...keyItems, ...items], pipe.at, { groupBy }),
    tail: { orderBy, limit: "" },
  };
}

function keysOf(
  element: GroupingElement,
): { expr: Select["where"] & object; alias?: string; order?: "asc" | "desc" }[] {
  if (element.kind === "key") return [element.key];
  return element.kind === "empty" ? [] : element.sets.flat().flatMap(keysOf);
}
