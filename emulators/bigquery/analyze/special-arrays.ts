import type { Call } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { coerce, supertype } from "./coerce.ts";
import { exactly, wrongCount } from "./conditional.ts";
import type { Context } from "./context.ts";
import { quote } from "../engine/literal.ts";
import { type Typed, typed } from "./typed.ts";
import {
  BOOL,
  DATE,
  INT64,
  INTERVAL,
  isOrderable,
  TIMESTAMP,
  type Type,
  typeName,
} from "./types.ts";

type Form = (call: Call, context: Context) => Typed;

const analyze = (call: Call, context: Context) =>
  call.args.map((arg) => context.analyzer.expr(arg, context));

function noMatch(call: Call, args: readonly (Typed | undefined)[]): SqlError {
  const types = args.flatMap((arg) => (arg === undefined ? [] : [typeName(arg.type)])).join(", ");
  return new SqlError(
    `No matching signature for function ${call.name} for argument types: ${types}`,
    call.at,
  );
}

const arrayLength: Form = (call, context) => {
  const [array] = exactly(analyze(call, context), 1, call);
  if (array?.type.kind !== "ARRAY") throw noMatch(call, [array]);
  return typed(`CAST(len(${array.sql}) AS BIGINT)`, INT64);
};

const arrayReverse: Form = (call, context) => {
  const [array] = exactly(analyze(call, context), 1, call);
  if (array?.type.kind !== "ARRAY") throw noMatch(call, [array]);
  return typed(`list_reverse(${array.sql})`, array.type);
};

/** The first or last element; an empty array is an error. */
const end =
  (index: string): Form =>
  (call, context) => {
    const [array] = exactly(analyze(call, context), 1, call);
    if (array?.type.kind !== "ARRAY") throw noMatch(call, [array]);
    const none = call.safe
      ? "NULL"
      : `CASE WHEN gsql_error(${quote(`${call.name} cannot get an element of an empty array`)}) IS NULL THEN NULL END`;
    return typed(
      `CASE WHEN ${array.sql} IS NULL THEN NULL WHEN len(${array.sql}) = 0 THEN ${none} ELSE ${array.sql}[${index}] END`,
      array.type.element,
    );
  };

/** Both ends are included and count from 0; negative ones from the end; what is outside is cut off. */
const arraySlice: Form = (call, context) => {
  const [array, ...ends] = exactly(analyze(call, context), 3, call);
  const [from, to] = ends.map((value) => coerce(value, INT64));
  if (array?.type.kind !== "ARRAY" || from === undefined || to === undefined)
    throw noMatch(call, [array, ...ends]);
  const place = (value: Typed) =>
    `CASE WHEN ${value.sql} < 0 THEN ${value.sql} + len(${array.sql}) ELSE ${value.sql} END`;
  const sliced = `list_slice(${array.sql}, greatest(${place(from)}, 0) + 1, least(${place(to)}, len(${array.sql}) - 1) + 1)`;
  const empty = `${place(to)} < greatest(${place(from)}, 0)`;
  const isNull = [array, from, to].map((value) => `${value.sql} IS NULL`).join(" OR ");
  return typed(
    `CASE WHEN ${isNull} THEN NULL WHEN ${empty} THEN [] ELSE ${sliced} END`,
    array.type,
  );
};

/** A sequence of dates or timestamps with an interval, a day where none is given. */
const sequence =
  (type: Type, name: string): Form =>
  (call, context) => {
    const [first, second, third] = call.args;
    if (first === undefined || second === undefined || call.args.length > 3) throw wrongCount(call);
    const [from, to] = [first, second].map((node) =>
      coerce(context.analyzer.expr(node, context), type),
    );
    if (third === undefined && type !== DATE) throw wrongCount(call);
    if (third !== undefined && third.kind !== "interval")
      throw new SqlError(`${call.name} takes an INTERVAL as its third argument`, third.at);
    const step =
      third === undefined
        ? `gsql_interval_of(CAST(1 AS BIGINT), 'DAY')`
        : context.analyzer.expr(third, context).sql;
    if (from === undefined || to === undefined)
      throw noMatch(
        call,
        [first, second].map((node) => context.analyzer.expr(node, context)),
      );
    return typed(`gsql_${name}_array(${from.sql}, ${to.sql}, ${step})`, {
      kind: "ARRAY",
      element: type,
    });
  };

/** NULL when one argument is; NaN when one is NaN. */
const extreme =
  (name: "greatest" | "least"): Form =>
  (call, context) => {
    const args = analyze(call, context);
    const type = supertype(args);
    const values = args.map((arg) => (type === undefined ? undefined : coerce(arg, type)));
    if (
      args.length === 0 ||
      type === undefined ||
      !isOrderable(type) ||
      values.some((v) => v === undefined)
    )
      throw noMatch(call, args);
    if (type.kind === "RANGE") throw new UnsupportedError(`${call.name} of ranges`, call.at);
    const sql = (values as Typed[]).map((v) => v.sql);
    const isNull = sql.map((v) => `${v} IS NULL`).join(" OR ");
    const nan =
      type.kind === "FLOAT64"
        ? ` WHEN ${sql.map((v) => `isnan(${v})`).join(" OR ")} THEN CAST('nan' AS DOUBLE)`
        : "";
    return typed(`CASE WHEN ${isNull} THEN NULL${nan} ELSE ${name}(${sql.join(", ")}) END`, type);
  };

const rangeEnd =
  (index: 1 | 2, unbounded: boolean): Form =>
  (call, context) => {
    const [range] = exactly(analyze(call, context), 1, call);
    if (range?.type.kind !== "RANGE") throw noMatch(call, [range]);
    const end = `struct_extract(${range.sql}, '_${index}')`;
    if (!unbounded) return typed(end, range.type.element);
    return typed(`CASE WHEN ${range.sql} IS NULL THEN NULL ELSE ${end} IS NULL END`, BOOL);
  };

const makeRange: Form = (call, context) => {
  const args = exactly(analyze(call, context), 2, call);
  const known = args.find(
    (arg) => /^(?:DATE|DATETIME|TIMESTAMP)$/.test(arg.type.kind) && arg.literal?.kind !== "null",
  );
  const type = known?.type;
  const [from, to] = args.map((arg) => (type === undefined ? undefined : coerce(arg, type)));
  if (type === undefined || from === undefined || to === undefined) throw noMatch(call, args);
  return typed(`gsql_range_${type.kind.toLowerCase()}(${from.sql}, ${to.sql})`, {
    kind: "RANGE",
    element: type,
  });
};

const rangePair =
  (name: string, contains: boolean): Form =>
  (call, context) => {
    const [a, b] = exactly(analyze(call, context), 2, call);
    if (a?.type.kind !== "RANGE" || b === undefined) throw noMatch(call, [a, b]);
    const suffix = a.type.element.kind.toLowerCase();
    if (contains && b.type.kind !== "RANGE") {
      const value = coerce(b, a.type.element);
      if (value === undefined) throw noMatch(call, [a, b]);
      return typed(`gsql_range_contains_value_${suffix}(${a.sql}, ${value.sql})`, BOOL);
    }
    if (b.type.kind !== "RANGE" || b.type.element.kind !== a.type.element.kind)
      throw noMatch(call, [a, b]);
    return typed(
      `gsql_${name}_${suffix}(${a.sql}, ${b.sql})`,
      name === "range_intersect" ? a.type : BOOL,
    );
  };

/** `GENERATE_RANGE_ARRAY(range, step [, include_last_partial_range])`. */
const generateRanges: Form = (call, context) => {
  const [range, step, partial, ...more] = analyze(call, context);
  const flag = partial === undefined ? undefined : coerce(partial, BOOL);
  if (
    range?.type.kind !== "RANGE" ||
    step?.type.kind !== "INTERVAL" ||
    more.length > 0 ||
    (partial !== undefined && flag === undefined)
  )
    throw noMatch(call, [range, step, partial]);
  const { element } = range.type;
  const name = `gsql_generate_range_array_${element.kind.toLowerCase()}${call.safe ? "_safe" : ""}`;
  return typed(`${name}(${range.sql}, ${step.sql}, ${flag?.sql ?? "TRUE"})`, {
    kind: "ARRAY",
    element: range.type,
  });
};

/** `MAKE_INTERVAL([year], [month], [day], [hour], [minute], [second])`, by place or name. */
const makeInterval: Form = (call, context) => {
  const parts = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
  const given = new Map<string, Typed>();
  const put = (part: string | undefined, value: Typed) => {
    const int = coerce(value, INT64);
    if (part === undefined || int === undefined || given.has(part)) throw noMatch(call, [value]);
    given.set(part, int);
  };
  for (const [i, value] of analyze(call, context).entries()) put(parts[i], value);
  for (const { name, expr } of call.named)
    put(
      parts.find((part) => part === name),
      context.analyzer.expr(expr, context),
    );
  const sum = [...given]
    .map(([part, value]) => `gsql_interval_of(${value.sql}, ${quote(part)})`)
    .join(" + ");
  return typed(
    given.size === 0 ? `gsql_interval_of(CAST(0 AS BIGINT), 'DAY')` : `gsql_interval_check(${sum})`,
    INTERVAL,
  );
};

export const arrayForms: Readonly<Record<string, Form>> = {
  ARRAY_LENGTH: arrayLength,
  ARRAY_REVERSE: arrayReverse,
  ARRAY_FIRST: end("1"),
  ARRAY_LAST: end("-1"),
  ARRAY_SLICE: arraySlice,
  GENERATE_DATE_ARRAY: sequence(DATE, "date"),
  GENERATE_TIMESTAMP_ARRAY: sequence(TIMESTAMP, "timestamp"),
  GREATEST: extreme("greatest"),
  LEAST: extreme("least"),
  RANGE: makeRange,
  RANGE_START: rangeEnd(1, false),
  RANGE_END: rangeEnd(2, false),
  RANGE_IS_START_UNBOUNDED: rangeEnd(1, true),
  RANGE_IS_END_UNBOUNDED: rangeEnd(2, true),
  RANGE_CONTAINS: rangePair("range_contains", true),
  RANGE_OVERLAPS: rangePair("range_overlaps", false),
  RANGE_INTERSECT: rangePair("range_intersect", false),
  MAKE_INTERVAL: makeInterval,
  GENERATE_RANGE_ARRAY: generateRanges,
};
