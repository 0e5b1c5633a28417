import type {
  FromItem,
  GroupBy,
  GroupingElement,
  Pipe,
  Query,
  Select,
  SelectItem,
} from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { containsAggregate } from "./call.ts";
import type { Context, Relational } from "./context.ts";
import { limitSql, type Tail } from "./query-tail.ts";
import { analyzeSelect } from "./select.ts";
import { setOperation } from "./set.ts";

const noTail: Tail = { orderBy: [], limit: "" };
const star = (
  at: number,
  parts: Partial<Extract<SelectItem, { kind: "star" }>> = {},
): SelectItem => ({
  kind: "star",
  except: [],
  replace: [],
  at,
  ...parts,
});

const selectOf = (
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

/** Pipe operators, each a SELECT over what came before. */
export function applyPipes(input: FromItem, pipes: readonly Pipe[], context: Context): Relational {
  let from = input;
  let alias = aliasOf(input);
  let result: Relational | undefined;
  const rest = [...pipes];
  const done = (next: Relational, at: number) => {
    result = next;
    from = { kind: "given", relational: next, at, ...(alias === undefined ? {} : { alias }) };
  };
  for (let pipe = rest.shift(); pipe !== undefined; pipe = rest.shift()) {
    const { at } = pipe;
    const run = (select: Select, tail = noTail) => done(analyzeSelect(select, context, tail), at);
    switch (pipe.kind) {
      case "join":
        from = pipe.make(from);
        alias = undefined;
        result = undefined;
        break;
      case "as":
        alias = pipe.alias;
        done(result ?? analyzeSelect(selectOf(from, [star(at)], at), context, noTail), at);
        break;
      case "where":
        run(selectOf(from, [star(at)], at, { where: pipe.expr }));
        break;
      case "select":
        run({ ...pipe.select, from });
        alias = undefined;
        if (result !== undefined) done(result, at);
        break;
      case "extend":
        run(selectOf(from, [star(at), ...pipe.items], at, { windows: pipe.windows }));
        break;
      case "set":
        run(selectOf(from, [star(at, { replace: pipe.items })], at));
        break;
      case "drop":
        run(selectOf(from, [star(at, { except: pipe.names })], at));
        break;
      case "rename": {
        const whole = analyzeSelect(selectOf(from, [star(at)], at), context, noTail);
        done(rename(whole, pipe.items, at), at);
        break;
      }
      case "distinct":
        run(selectOf(from, [star(at)], at, { distinct: true }));
        break;
      case "orderBy": {
        const [next] = rest;
        const limit = next?.kind === "limit" ? limitSql(next, context) : "";
        if (next?.kind === "limit") rest.shift();
        run(selectOf(from, [star(at)], at), { orderBy: pipe.items, limit });
        break;
      }
      case "limit":
        run(selectOf(from, [star(at)], at), { orderBy: [], limit: limitSql(pipe, context) });
        break;
      case "aggregate": {
        const { select, tail } = aggregate(pipe, from);
        run(select, tail);
        alias = undefined;
        if (result !== undefined) done(result, at);
        break;
      }
      case "set-operation":
        done(combine(pipe, from, context), at);
        break;
    }
  }
  return result ?? analyzeSelect(selectOf(from, [star(from.at)], from.at), context, noTail);
}

function aliasOf(item: FromItem): string | undefined {
  if (item.kind === "table") return item.alias ?? item.path.at(-1);
  return item.kind === "query" || item.kind === "given" || item.kind === "unnest"
    ? item.alias
    : undefined;
}

function rename(
  relation: Relational,
  items: readonly { from: string; to: string }[],
  at: number,
): Relational {
  const columns = [...relation.columns];
  for (const { from, to } of items) {
    const index = relation.columns.findIndex((c) => c.name?.toUpperCase() === from.toUpperCase());
    const column = columns[index];
    if (column === undefined) throw new SqlError(`Column ${from} not found`, at);
    columns[index] = { ...column, name: to };
  }
  return { ...relation, columns, value: false };
}

type Aggregate = Extract<Pipe, { kind: "aggregate" }>;

/** AGGREGATE yields the keys, then the aggregates. */
function aggregate(pipe: Aggregate, from: FromItem): { select: Select; tail: Tail } {
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

function combine(
  pipe: Extract<Pipe, { kind: "set-operation" }>,
  from: FromItem,
  context: Context,
): Relational {
  const left: Query = {
    with: [],
    recursive: false,
    body: { kind: "from", from, at: pipe.at },
    orderBy: [],
    pipes: [],
    at: pipe.at,
  };
  const head = {
    op: pipe.op,
    all: pipe.all,
    at: pipe.at,
    kind: "set" as const,
    ...(pipe.byName === undefined ? {} : { byName: pipe.byName }),
  };
  let result = context.analyzer.query(left, context);
  for (const query of pipe.queries)
    result = setOperation(
      {
        ...head,
        left: { kind: "given", relational: result, at: pipe.at },
        right: { kind: "nested", query, at: pipe.at },
      },
      context,
      undefined,
      (body, inside, targets) =>
        body.kind === "given"
          ? (body.relational as Relational)
          : inside.analyzer.query({ ...left, body }, inside, targets),
    );
  return result;
}
