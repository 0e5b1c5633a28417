import type { Call } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { type AggregateForm, aggregateForms } from "./aggregate-forms.ts";
import type { Context } from "./context.ts";
import { orderSql } from "./order.ts";
import { coerce } from "./coerce.ts";
import { type Typed, typed } from "./typed.ts";
import { INT64, isGroupable, typeName } from "./types.ts";

/** Pieces of an aggregate call from which its SQL is put together; `over` is empty or ` OVER (…)`. */
export interface AggregateParts {
  readonly call: Call;
  readonly args: readonly Typed[];
  readonly distinct: string;
  /** ` ORDER BY …` inside the call, or empty. */
  readonly order: string;
  readonly limit: number | undefined;
  readonly nulls: Call["nulls"];
  readonly having: { readonly kind: "max" | "min"; readonly value: Typed } | undefined;
  readonly over: string;
}

/** What a group yields; `finish` makes the result of it, where that takes a query over the collected values. */
export interface Aggregated extends Typed {
  readonly finish?: (collected: string) => string;
}

/** The SQL of an aggregate function over rows that `context` sees, with its window when it has one. */
export function aggregateSql(call: Call, context: Context, over = ""): Aggregated {
  const form = aggregateForms[call.name];
  if (form === undefined) throw new UnsupportedError(`aggregate function ${call.name}`, call.at);
  if (call.named.length > 0)
    throw new SqlError(`Named arguments are not supported for function ${call.name}`, call.at);
  const args = call.args.map((arg) => context.analyzer.expr(arg, context));
  if (call.distinct && args[0] !== undefined && !isGroupable(args[0].type))
    throw new SqlError(
      `Aggregate functions with DISTINCT cannot be used with arguments of type ${typeName(args[0].type)}`,
      call.at,
    );
  if (call.star && call.name !== "COUNT")
    throw new SqlError(`Argument * can only be used in COUNT(*)`, call.at);
  const takesOrder = /^(?:ARRAY_AGG|STRING_AGG|ARRAY_CONCAT_AGG)$/.test(call.name);
  if (!takesOrder && (call.orderBy.length > 0 || call.limit !== undefined))
    throw new SqlError(
      `ORDER BY and LIMIT in arguments are not supported on aggregate function ${call.name}`,
      call.at,
    );
  if (over !== "" && (call.orderBy.length > 0 || call.limit !== undefined))
    throw new SqlError(`ORDER BY in arguments is not supported on analytic functions`, call.at);
  if (call.nulls !== undefined && !/^(?:ARRAY_AGG|APPROX_QUANTILES)$/.test(call.name))
    throw new SqlError(
      `IGNORE NULLS and RESPECT NULLS in arguments are not supported on function ${call.name}`,
      call.at,
    );
  const order =
    call.orderBy.length === 0
      ? ""
      : ` ORDER BY ${call.orderBy.map((item) => orderSql(item, context)).join(", ")}`;
  if (call.distinct)
    for (const item of call.orderBy)
      if (!args.some((arg) => arg.sql === context.analyzer.expr(item.expr, context).sql))
        throw new SqlError(
          "An aggregate function that has both DISTINCT and ORDER BY arguments can only ORDER BY expressions that are arguments to the function",
          item.expr.at,
        );
  const having =
    call.having === undefined
      ? undefined
      : { kind: call.having.kind, value: context.analyzer.expr(call.having.expr, context) };
  const parts: AggregateParts = {
    call,
    args,
    distinct: call.distinct ? "DISTINCT " : "",
    order,
    limit: constantLimit(call, context),
    nulls: call.nulls,
    having,
    over,
  };
  return having === undefined || call.name === "ANY_VALUE" ? form(parts) : overExtreme(form, parts);
}

/** `f(x HAVING MAX y)`: the rows are collected, and `f` is taken over those with the greatest y. */
function overExtreme(form: AggregateForm, parts: AggregateParts): Aggregated {
  const { call, args, having, over, order } = parts;
  if (having === undefined || over !== "" || order !== "" || having.value.type.kind === "FLOAT64")
    throw new UnsupportedError("HAVING MAX and HAVING MIN with OVER, ORDER BY or doubles", call.at);
  const collected = args.map((arg, i) => `"x${i}" := ${arg.sql}`);
  const moved = args.map((arg, i) =>
    arg.literal === undefined ? typed(`e.r."x${i}"`, arg.type) : arg,
  );
  const inner = form({ ...parts, args: moved, having: undefined });
  if (inner.finish !== undefined)
    throw new UnsupportedError("HAVING MAX and HAVING MIN in this aggregate function", call.at);
  const extreme = (rows: string) => `list_${having.kind}(list_transform(${rows}, lambda q: q.k))`;
  return {
    sql: `list(struct_pack(${["k := " + having.value.sql, ...collected].join(", ")}))`,
    type: inner.type,
    finish: (rows) =>
      `(SELECT ${inner.sql} FROM (SELECT unnest(list_filter(${rows}, lambda p: p.k = ${extreme(rows)})) AS r) AS e)`,
  };
}

function constantLimit(call: Call, context: Context): number | undefined {
  if (call.limit === undefined) return undefined;
  const limit = coerce(context.analyzer.expr(call.limit, context), INT64)?.literal?.value;
  if (typeof limit !== "bigint" || limit < 0n)
    throw new SqlError("LIMIT expects a non-negative integer literal or parameter", call.at);
  return Number(limit);
}
