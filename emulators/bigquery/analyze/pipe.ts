import type { CarriedTable, Expr, FromItem, Pipe, Query, Select, SelectItem } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { containsAggregate } from "./call.ts";
import type { Context, Relational } from "./context.ts";
import { aggregate, selectOf } from "./pipe-aggregate.ts";
import { carriedItems, splitCarried } from "./pipe-tables.ts";
import { limitSql, type Tail } from "./query-tail.ts";
import { analyzeSelect } from "./select.ts";
import { setOperation } from "./set.ts";
import { bindCtes } from "./with.ts";

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

/** Pipe operators, each a SELECT over what came before. */
export function applyPipes(input: FromItem, pipes: readonly Pipe[], outer: Context): Relational {
  let context = outer;
  const prefixes: string[] = [];
  let from = input;
  let result: Relational | undefined;
  const rest = [...pipes];
  const done = (next: Relational, at: number, tables: readonly CarriedTable[] = []) => {
    result = next;
    from = { kind: "given", relational: next, at, tables };
  };
  for (let pipe = rest.shift(); pipe !== undefined; pipe = rest.shift()) {
    const { at } = pipe;
    const run = (select: Select, tail = noTail) => done(analyzeSelect(select, context, tail), at);
    /** An operator after which the tables of before can still be named. */
    const keep = (items: readonly SelectItem[], more: Partial<Select> = {}, tail = noTail) => {
      const carried = carriedItems(from, rest, context);
      const select = selectOf(from, [...items, ...carried.map(({ item }) => item)], at, more);
      const { next, tables } = splitCarried(analyzeSelect(select, context, tail), carried);
      done(next, at, tables);
    };
    switch (pipe.kind) {
      case "join":
        from = pipe.make(from);
        result = undefined;
        break;
      case "as":
        run(selectOf(from, [star(at)], at));
        from = { ...from, alias: pipe.alias } as FromItem;
        break;
      case "where":
        keep([star(at)], { where: pipe.expr });
        break;
      case "select":
        refuseAggregates(pipe.select.items, "SELECT");
        run({ ...pipe.select, from });
        break;
      case "extend":
        refuseAggregates(pipe.items, "EXTEND");
        keep([star(at), ...pipe.items], { windows: pipe.windows });
        break;
      case "set":
        refuseAggregates(pipe.items, "SET");
        keep([star(at, { replace: pipe.items })]);
        break;
      case "drop":
        keep([star(at, { except: pipe.names })]);
        break;
      case "rename": {
        keep([star(at)]);
        if (result !== undefined && from.kind === "given")
          done(rename(result, pipe.items, at), at, from.tables);
        break;
      }
      case "distinct":
        run(selectOf(from, [star(at)], at, { distinct: true }));
        break;
      case "orderBy": {
        const [next] = rest;
        const limit = next?.kind === "limit" ? limitSql(next, context) : "";
        if (next?.kind === "limit") rest.shift();
        keep([star(at)], {}, { orderBy: pipe.items, limit });
        break;
      }
      case "limit":
        keep([star(at)], {}, { orderBy: [], limit: limitSql(pipe, context) });
        break;
      case "aggregate": {
        const { select, tail } = aggregate(pipe, from);
        run(select, tail);
        break;
      }
      case "set-operation":
        done(combine(pipe, from, context), at);
        break;
      case "with": {
        const bound = bindCtes(pipe, context);
        ({ context } = bound);
        prefixes.push(bound.prefix);
        break;
      }
    }
  }
  const last = result ?? analyzeSelect(selectOf(from, [star(from.at)], from.at), context, noTail);
  return prefixes.reduceRight(
    (inner, prefix) => ({
      ...inner,
      sql: `SELECT * FROM (${prefix} ${inner.sql}) AS ${context.session.alias()}`,
    }),
    last,
  );
}

function refuseAggregates(
  items: readonly (SelectItem | { readonly expr: Expr })[],
  operator: string,
): void {
  for (const item of items)
    if (containsAggregate(item))
      throw new SqlError(
        `Aggregate functions are not allowed in pipe ${operator}; use AGGREGATE`,
        "at" in item ? item.at : item.expr.at,
      );
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
