import { quote, toSql } from "../engine/literal.ts";
import type { Call, DatePart, Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce } from "./coerce.ts";
import { wrongCount } from "./conditional.ts";
import type { Context } from "./context.ts";
import { type Typed, typed } from "./typed.ts";
import { DATE, DATETIME, INT64, STRING, TIME, TIMESTAMP, type Type, typeName } from "./types.ts";

type Form = (call: Call, context: Context) => Typed;
type Temporal = "DATE" | "DATETIME" | "TIMESTAMP" | "TIME";
const types: Readonly<Record<Temporal, Type>> = { DATE, DATETIME, TIMESTAMP, TIME };

const suffix = (call: Call) => (call.safe ? "_safe" : "");
const partSql = (part: DatePart) =>
  quote(part.weekday === undefined ? part.name : `${part.name}${part.weekday}`);

function partOf(expr: Expr | undefined, call: Call): DatePart {
  if (expr?.kind === "datePart") return expr.part;
  if (expr?.kind === "name")
    throw new SqlError(`A valid date part name is required but found ${expr.name}`, expr.at);
  throw new SqlError(`A valid date part name is required`, expr?.at ?? call.at);
}

function temporal(
  expr: Expr | undefined,
  kinds: readonly Temporal[],
  call: Call,
  context: Context,
): Typed & { kind: Temporal } {
  if (expr === undefined) throw wrongCount(call);
  const value = context.analyzer.expr(expr, context);
  const exact = kinds.find((kind) => kind === value.type.kind);
  for (const kind of exact === undefined ? kinds : [exact]) {
    const converted = coerce(value, types[kind]);
    if (converted !== undefined) return { ...converted, kind };
  }
  throw new SqlError(
    `No matching signature for function ${call.name} for argument types: ${typeName(value.type)}`,
    call.at,
  );
}

/** `DATE_ADD(date, INTERVAL n part)`. */
const add =
  (kinds: readonly Temporal[], sign: 1 | -1): Form =>
  (call, context) => {
    const [first, second] = call.args;
    if (call.args.length !== 2 || second === undefined) throw wrongCount(call);
    if (second.kind !== "interval") throw wrongCount(call);
    const value = temporal(first, kinds, call, context);
    const part = second.from;
    const amount = coerce(context.analyzer.expr(second.value, context), INT64);
    if (amount === undefined || second.to !== undefined)
      throw new SqlError(
        `${call.name} takes an interval of one part with an INT64 value`,
        second.at,
      );
    const name = value.kind.toLowerCase();
    return typed(
      `gsql_${name}_add${suffix(call)}(${value.sql}, ${amount.sql}, ${quote(part)}, ${toSql(BigInt(sign), INT64)})`,
      types[value.kind],
    );
  };

const diff =
  (kinds: readonly Temporal[]): Form =>
  (call, context) => {
    if (call.args.length !== 3) throw wrongCount(call);
    const a = temporal(call.args[0], kinds, call, context);
    const b = temporal(call.args[1], kinds, call, context);
    const kind = a.kind === b.kind ? a.kind : kinds.includes("DATETIME") ? "DATETIME" : undefined;
    const [left, right] = [kind && coerce(a, types[kind]), kind && coerce(b, types[kind])];
    if (kind === undefined || left === undefined || right === undefined)
      throw wrongCount(call, [a, b]);
    const part = partOf(call.args[2], call);
    return typed(
      `gsql_${kind.toLowerCase()}_diff${suffix(call)}(${left.sql}, ${right.sql}, ${partSql(part)})`,
      INT64,
    );
  };

const trunc =
  (kinds: readonly Temporal[]): Form =>
  (call, context) => {
    const value = temporal(call.args[0], kinds, call, context);
    const part =
      call.args.length < 2 && value.kind !== "TIME"
        ? { name: "MONTH" }
        : partOf(call.args[1], call);
    if (call.args.length < 2) throw wrongCount(call, [value]);
    const [, , zoneNode, ...more] = call.args;
    if (more.length > 0 || (zoneNode !== undefined && value.kind !== "TIMESTAMP"))
      throw wrongCount(call, [value]);
    if (value.kind !== "TIMESTAMP")
      return typed(
        `gsql_${value.kind.toLowerCase()}_trunc${suffix(call)}(${value.sql}, ${partSql(part)})`,
        types[value.kind],
      );
    const zone =
      zoneNode === undefined
        ? quote("UTC")
        : coerce(context.analyzer.expr(zoneNode, context), STRING)?.sql;
    if (zone === undefined) throw wrongCount(call, [value]);
    return typed(
      `gsql_timestamp_trunc${suffix(call)}(${value.sql}, ${partSql(part)}, ${zone})`,
      TIMESTAMP,
    );
  };

const lastDay: Form = (call, context) => {
  if (call.args.length < 1 || call.args.length > 2) throw wrongCount(call);
  const value = temporal(call.args[0], ["DATE", "DATETIME"], call, context);
  const part = call.args.length === 1 ? { name: "MONTH" } : partOf(call.args[1], call);
  const day = value.kind === "DATE" ? value.sql : `CAST(${value.sql} AS DATE)`;
  return typed(`gsql_last_day${suffix(call)}(${day}, ${partSql(part)})`, DATE);
};

/** The statement's one instant. */
const current =
  (kind: Temporal): Form =>
  (call, context) => {
    if (call.args.length > (kind === "TIMESTAMP" ? 0 : 1)) throw wrongCount(call);
    const [zoneNode] = call.args;
    const now = toSql(context.session.now, TIMESTAMP);
    const zone =
      zoneNode === undefined ? undefined : coerce(context.analyzer.expr(zoneNode, context), STRING);
    if (zoneNode !== undefined && zone === undefined) throw wrongCount(call);
    const local = zone === undefined ? now : `gsql_to_local(${now}, ${zone.sql})`;
    return typed(
      kind === "DATE" || kind === "TIME" ? `CAST(${local} AS ${kind})` : local,
      types[kind],
    );
  };

/** The start of the bucket of a width of which one starts at the origin, 1950-01-01 where none is given. */
const bucket =
  (kind: "DATE" | "DATETIME" | "TIMESTAMP"): Form =>
  (call, context) => {
    const [first, width, originNode, ...more] = call.args;
    if (first === undefined || width?.kind !== "interval" || more.length > 0)
      throw wrongCount(call);
    const value = coerce(context.analyzer.expr(first, context), types[kind]);
    const from =
      originNode === undefined
        ? undefined
        : coerce(context.analyzer.expr(originNode, context), types[kind]);
    if (value === undefined || (originNode !== undefined && from === undefined))
      throw wrongCount(call);
    const standard =
      kind === "DATE" ? toSql(-7305, DATE) : toSql(-7305n * 86_400_000_000n, TIMESTAMP);
    const step = context.analyzer.expr(width, context);
    return typed(
      `gsql_${kind.toLowerCase()}_bucket${suffix(call)}(${value.sql}, ${step.sql}, ${from?.sql ?? standard})`,
      types[kind],
    );
  };

const day: readonly Temporal[] = ["DATE", "DATETIME", "TIMESTAMP"];

export const dateForms: Readonly<Record<string, Form>> = {
  DATE_ADD: add(day, 1),
  DATE_SUB: add(day, -1),
  DATETIME_ADD: add(["DATETIME"], 1),
  DATETIME_SUB: add(["DATETIME"], -1),
  TIMESTAMP_ADD: add(["TIMESTAMP"], 1),
  TIMESTAMP_SUB: add(["TIMESTAMP"], -1),
  TIME_ADD: add(["TIME"], 1),
  TIME_SUB: add(["TIME"], -1),
  DATE_DIFF: diff(day),
  DATETIME_DIFF: diff(["DATETIME"]),
  TIMESTAMP_DIFF: diff(["TIMESTAMP"]),
  TIME_DIFF: diff(["TIME"]),
  DATE_TRUNC: trunc(day),
  DATETIME_TRUNC: trunc(["DATETIME", "TIMESTAMP"]),
  TIMESTAMP_TRUNC: trunc(["TIMESTAMP", "DATETIME"]),
  TIME_TRUNC: trunc(["TIME"]),
  LAST_DAY: lastDay,
  DATE_BUCKET: bucket("DATE"),
  DATETIME_BUCKET: bucket("DATETIME"),
  TIMESTAMP_BUCKET: bucket("TIMESTAMP"),
  CURRENT_DATE: current("DATE"),
  CURRENT_DATETIME: current("DATETIME"),
  CURRENT_TIME: current("TIME"),
  CURRENT_TIMESTAMP: current("TIMESTAMP"),
};
