import { SqlError } from "../sql/error.ts";
import type { AggregateParts } from "./aggregate.ts";
import { coerce } from "./coerce.ts";
import { type Typed, typed } from "./typed.ts";
import { FLOAT64, typeName } from "./types.ts";

const fail = ({ call, args }: AggregateParts) =>
  new SqlError(
    `No matching signature for aggregate function ${call.name} for argument types: ${args.map((a) => typeName(a.type)).join(", ")}`,
    call.at,
  );

/** Over one column, NULLs left out. The values are collected, for DuckDB refuses infinities that GoogleSQL takes. */
const unary =
  (name: string) =>
  (parts: AggregateParts): Typed => {
    const [value] = parts.args;
    const float = value && coerce(value, FLOAT64);
    if (float === undefined || parts.args.length !== 1) throw fail(parts);
    return typed(`gsql_stat_${name}(list(${parts.distinct}${float.sql})${parts.over})`, FLOAT64);
  };

/** Over two columns, rows with a NULL left out. */
const binary =
  (name: string) =>
  (parts: AggregateParts): Typed => {
    const [y, x] = parts.args.map((arg) => coerce(arg, FLOAT64));
    if (y === undefined || x === undefined || parts.args.length !== 2) throw fail(parts);
    const pairs = `list(${parts.distinct}[${y.sql}, ${x.sql}])${parts.over}`;
    return typed(`gsql_stat_${name}(flatten(${pairs}))`, FLOAT64);
  };

export const statisticForms = {
  STDDEV: unary("stddev_samp"),
  STDDEV_SAMP: unary("stddev_samp"),
  STDDEV_POP: unary("stddev_pop"),
  VARIANCE: unary("var_samp"),
  VAR_SAMP: unary("var_samp"),
  VAR_POP: unary("var_pop"),
  CORR: binary("corr"),
  COVAR_POP: binary("covar_pop"),
  COVAR_SAMP: binary("covar_samp"),
} as const;
