import type { Call } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { aggregateForms } from "./aggregate-forms.ts";
import type { Context } from "./context.ts";
import { orderSql } from "./order.ts";
import { coerce } from "./coerce.ts";
import type { Typed } from "./typed.ts";
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
  const distinct = call.distinct ? "DISTINCT " : "";
  return form({
    call,
    args,
    distinct,
    order,
    limit: constantLimit(call, context),
    nulls: call.nulls,
    having,
    over,
  });
}

function constantLimit(call: Call, context: Context): number | undefined {
  if (call.limit === undefined) return undefined;
  const limit = coerce(context.analyzer.expr(call.limit, context), INT64)?.literal?.value;
  if (typeof limit !== "bigint" || limit < 0n)
    throw new SqlError("LIMIT expects a non-negative integer literal or parameter", call.at);
  return Number(limit);
}
