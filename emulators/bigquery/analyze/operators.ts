import type { Expr } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { chained } from "./chain.ts";
import { coerce, supertype } from "./coerce.ts";
import { compareSql } from "./compare.ts";
import type { Context } from "./context.ts";
import { isNull, literal, repeatable, type Typed, typed } from "./typed.ts";
import {
  BOOL,
  BYTES,
  FLOAT64,
  INT64,
  INTERVAL,
  isNumber,
  STRING,
  type Type,
  typeName,
} from "./types.ts";

const noMatch = (op: string, args: readonly Typed[], at: number) =>
  new SqlError(
    `No matching signature for operator ${op} for argument types: ${args.map((a) => (isNull(a) ? "NULL" : typeName(a.type))).join(", ")}`,
    at,
  );

const infix = (op: string) => (a: string, b: string) => `(${a} ${op} ${b})`;

export function unaryExpr(node: Extract<Expr, { kind: "unary" }>, context: Context): Typed {
  const value = context.analyzer.expr(node.expr, context);
  const fail = () => noMatch(node.op, [value], node.at);
  if (node.op === "NOT") {
    const bool = coerce(value, BOOL);
    if (bool === undefined) throw fail();
    return typed(`(NOT ${bool.sql})`, BOOL);
  }
  if (node.op === "~") {
    if (value.type.kind === "BYTES") return typed(`gsql_bytes_not(${value.sql})`, BYTES);
    const int = coerce(value, INT64);
    if (int === undefined) throw fail();
    return typed(`(~${int.sql})`, INT64);
  }
  if (value.type.kind === "INTERVAL" && node.op === "-") return typed(`(-${value.sql})`, INTERVAL);
  if (!isNumber(value.type)) throw fail();
  if (node.op === "+") return value;
  if (value.literal?.kind === "value" && value.type.kind === "FLOAT64")
    return literal(-(value.literal.value as number), FLOAT64);
  if (value.type.kind === "BIGNUMERIC")
    return typed(`gsql_bignumeric_negate(${value.sql})`, value.type);
  return typed(`(-${value.sql})`, value.type);
}

export function binaryExpr(node: Extract<Expr, { kind: "binary" }>, context: Context): Typed {
  const left = context.analyzer.expr(node.left, context);
  const right = context.analyzer.expr(node.right, context);
  return applyBinary(node.op, left, right, node.at);
}

function applyBinary(op: string, left: Typed, right: Typed, at: number): Typed {
  switch (op) {
    case "AND":
    case "OR": {
      const [a, b] = [coerce(left, BOOL), coerce(right, BOOL)];
      if (a === undefined || b === undefined) throw noMatch(op, [left, right], at);
      return chained(op, a, b, BOOL, infix(op), true);
    }
    case "=":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=": {
      const [a, b] = common(op, left, right, at);
      return typed(compareSql(op, a, b, at), BOOL);
    }
    case "IS DISTINCT FROM":
    case "IS NOT DISTINCT FROM": {
      const [a, b] = common(op, left, right, at);
      return typed(`(${a.sql} ${op} ${b.sql})`, BOOL);
    }
    case "LIKE":
      return like(left, right, at);
    case "||":
      return concat(left, right, at);
    case "&":
    case "|":
    case "^":
      return bitwise(op, left, right, at);
    case "<<":
    case ">>":
      return shift(op, left, right, at);
    default:
      return arithmetic(op, left, right, at);
  }
}

function common(op: string, left: Typed, right: Typed, at: number): [Typed, Typed] {
  const type = supertype([left, right]);
  const a = type && coerce(left, type);
  const b = type && coerce(right, type);
  if (a === undefined || b === undefined) throw noMatch(op, [left, right], at);
  return [a, b];
}

export function like(left: Typed, right: Typed, at: number): Typed {
  const bytes = left.type.kind === "BYTES" || right.type.kind === "BYTES";
  const type = bytes ? BYTES : STRING;
  const [value, pattern] = [coerce(left, type), coerce(right, type)];
  if (value === undefined || pattern === undefined) throw noMatch("LIKE", [left, right], at);
  const constant = pattern.literal?.value;
  // Without escapes DuckDB's LIKE is GoogleSQL's; with them ours also refuses what BigQuery refuses.
  if (typeof constant === "string" && !constant.includes("\\"))
    return typed(`(${value.sql} LIKE ${pattern.sql})`, BOOL);
  return typed(`gsql_like_${bytes ? "bytes" : "string"}(${value.sql}, ${pattern.sql})`, BOOL);
}

function concat(left: Typed, right: Typed, at: number): Typed {
  if (left.type.kind === "ARRAY" || right.type.kind === "ARRAY") {
    const [a, b] = common("||", left, right, at);
    if (a.type.kind !== "ARRAY") throw noMatch("||", [left, right], at);
    const [x, y] = [repeatable(a, at), repeatable(b, at)];
    return typed(
      `CASE WHEN ${x} IS NULL OR ${y} IS NULL THEN NULL ELSE list_concat(${x}, ${y}) END`,
      a.type,
    );
  }
  const type = left.type.kind === "BYTES" || right.type.kind === "BYTES" ? BYTES : STRING;
  const parts = [left, right].map((side) => coerce(side, type) ?? textOf(side, type));
  const [a, b] = parts;
  if (a === undefined || b === undefined) throw noMatch("||", [left, right], at);
  return chained("||", a, b, type, infix("||"), true);
}

/** BigQuery joins numbers and dates to strings by their text; this emulator leaves that to CAST. */
const textOf = (_side: Typed, _type: Type): Typed | undefined => undefined;

function bitwise(op: string, left: Typed, right: Typed, at: number): Typed {
  const names = { "&": "and", "|": "or", "^": "xor" } as const;
  const name = names[op as "&"];
  if (left.type.kind === "BYTES" && right.type.kind === "BYTES")
    return typed(`gsql_bytes_${name}(${left.sql}, ${right.sql})`, BYTES);
  const [a, b] = [coerce(left, INT64), coerce(right, INT64)];
  if (a === undefined || b === undefined) throw noMatch(op, [left, right], at);
  return typed(op === "^" ? `xor(${a.sql}, ${b.sql})` : `(${a.sql} ${op} ${b.sql})`, INT64);
}

function shift(op: string, left: Typed, right: Typed, at: number): Typed {
  const amount = coerce(right, INT64);
  const name = op === "<<" ? "left" : "right";
  if (amount === undefined) throw noMatch(op, [left, right], at);
  if (left.type.kind === "BYTES")
    return typed(`gsql_bytes_shift_${name}(${left.sql}, ${amount.sql})`, BYTES);
  const value = coerce(left, INT64);
  if (value === undefined) throw noMatch(op, [left, right], at);
  return typed(`gsql_shift_${name}(${value.sql}, ${amount.sql})`, INT64);
}

const arithmeticNames = { "+": "add", "-": "subtract", "*": "multiply", "/": "divide" } as const;

function arithmetic(op: string, left: Typed, right: Typed, at: number): Typed {
  if (!(op in arithmeticNames)) throw new UnsupportedError(`operator ${op}`, at);
  const temporal = temporalArithmetic(op, left, right);
  if (temporal !== undefined) return temporal;
  const type = supertype([left, right]);
  if (type === undefined || !isNumber(type)) throw noMatch(op, [left, right], at);
  const result = op === "/" && type.kind === "INT64" ? FLOAT64 : type;
  const [a, b] = [coerce(left, result), coerce(right, result)];
  if (a === undefined || b === undefined) throw noMatch(op, [left, right], at);
  return chained(op, a, b, result, (x, y) => arithmeticSql(op, x, y, result), false);
}

/** Overflow and division by zero are errors in GoogleSQL: DuckDB's for INT64 and NUMERIC sums, ours for the rest. */
function arithmeticSql(op: string, a: string, b: string, type: Type): string {
  const exact = type.kind === "INT64" || (type.kind === "NUMERIC" && (op === "+" || op === "-"));
  if (exact) return infix(op)(a, b);
  return `gsql_${type.kind.toLowerCase()}_${arithmeticNames[op as "+"]}(${a}, ${b})`;
}

const instants = new Set(["DATETIME", "TIMESTAMP"]);

/** Dates plus intervals, differences of dates, intervals by numbers. */
function temporalArithmetic(op: string, left: Typed, right: Typed): Typed | undefined {
  const [l, r] = [left.type.kind, right.type.kind];
  const sign = op === "-" ? "-" : "";
  if (
    op === "+" &&
    (l === "INTERVAL" || l === "INT64") &&
    r !== "INTERVAL" &&
    (instants.has(r) || r === "DATE" || r === "TIME")
  )
    return temporalArithmetic(op, right, left);
  if (op === "+" || op === "-") {
    if (r === "INTERVAL") {
      if (l === "INTERVAL")
        return typed(`gsql_interval_check(${left.sql} ${op} ${right.sql})`, INTERVAL);
      if (l === "DATE")
        return typed(`gsql_date_plus_interval(${left.sql}, ${sign}${right.sql})`, {
          kind: "DATETIME",
        });
      if (l === "DATETIME")
        return typed(`gsql_datetime_plus_interval(${left.sql}, ${sign}${right.sql})`, left.type);
      if (l === "TIMESTAMP")
        return typed(`gsql_timestamp_plus_interval(${left.sql}, ${sign}${right.sql})`, left.type);
      return undefined;
    }
    if (l === "DATE" && r === "INT64")
      return typed(`gsql_date_add_days(${left.sql}, ${sign}${right.sql})`, left.type);
    if (op === "-" && l === r && (l === "DATE" || instants.has(l) || l === "TIME"))
      return typed(
        `gsql_${l === "TIMESTAMP" ? "datetime" : l.toLowerCase()}_minus(${left.sql}, ${right.sql})`,
        INTERVAL,
      );
    return undefined;
  }
  if (op === "*" && l === "INT64" && r === "INTERVAL") return temporalArithmetic(op, right, left);
  if (l === "INTERVAL" && r === "INT64" && (op === "*" || op === "/"))
    return typed(
      `gsql_interval_${op === "*" ? "multiply" : "divide"}(${left.sql}, ${right.sql})`,
      INTERVAL,
    );
  return undefined;
}
