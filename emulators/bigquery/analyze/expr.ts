import type { Expr } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { analyzeCall, containsAggregate, containsCall } from "./call.ts";
import { castTo, resolveType, typedLiteral } from "./cast.ts";
import { coerce, supertype } from "./coerce.ts";
import { compareSql } from "./compare.ts";
import { caseExpr } from "./conditional.ts";
import { arrayExpr, structExpr } from "./constructors.ts";
import type { Context } from "./context.ts";
import { extractPart } from "./extract.ts";
import { inExpr, likeAnyExpr } from "./membership.ts";
import { intervalOf } from "./interval.ts";
import { binaryExpr, unaryExpr } from "./operators.ts";
import { dotExpr, nameExpr } from "./names.ts";
import { subscript } from "./subscript.ts";
import { subqueryExpr } from "./subquery.ts";
import { literal, named, type Typed, typed, untypedNull } from "./typed.ts";
import { BOOL, BYTES, FLOAT64, INT64, STRING, typeName } from "./types.ts";

/** The meaning of an expression: its type, and DuckDB SQL that computes it as GoogleSQL does. */
export function analyzeExpr(node: Expr, context: Context): Typed {
  const key = groupKey(node, context);
  if (key === undefined) return analyzePlain(node, context);
  if (context.grouping?.several !== true) return key;
  try {
    return analyzePlain(node, context); // `a + 1` over the key `a`, though `a + 1` is a key as well
  } catch (error) {
    if (error instanceof SqlError) return key;
    throw error;
  }
}

function analyzePlain(node: Expr, context: Context): Typed {
  switch (node.kind) {
    case "literal":
      return literalExpr(node);
    case "typed":
      return typedLiteral(node.text, resolveType(node.type), node.at);
    case "interval":
      return intervalOf(node, context);
    case "param":
      return parameter(node, context);
    case "sysvar": {
      const value = context.session.systemVariables.get(node.name.toUpperCase());
      if (value !== undefined) return value;
      if (
        /^(?:current_job_id|last_job_id|location|query_label|reservation|session_id|(?:script|error)\.\w+)$/i.test(
          node.name,
        )
      )
        throw new UnsupportedError(`the system variable @@${node.name}`, node.at);
      throw new SqlError(`Unrecognized name: @@${node.name}`, node.at);
    }
    case "name":
      return nameExpr(node.name, node.at, context);
    case "dot":
      return dotExpr(node, context);
    case "index":
      return subscript(node, context);
    case "call":
      return analyzeCall(node, context);
    case "cast":
      return castTo(node, context);
    case "extract":
      return extractPart(node, context);
    case "unary":
      return unaryExpr(node, context);
    case "binary":
      return binaryExpr(node, context);
    case "between": {
      const parts = [node.expr, node.low, node.high].map((part) =>
        context.analyzer.expr(part, context),
      );
      const type = supertype(parts);
      const [value, low, high] = parts.map((part) =>
        type === undefined ? undefined : coerce(part, type),
      );
      if (value === undefined || low === undefined || high === undefined)
        throw noOperator("BETWEEN", parts, node.at);
      const sql = `(${compareSql(">=", value, low, node.at)} AND ${compareSql("<=", value, high, node.at)})`;
      return typed(node.not ? `(NOT ${sql})` : sql, BOOL);
    }
    case "in":
      return inExpr(node, context);
    case "likeAny":
      return likeAnyExpr(node, context);
    case "is":
      return isExpr(node, context);
    case "case":
      return caseExpr(node, context);
    case "with":
      return withExpr(node, context);
    case "array":
      return arrayExpr(node, context);
    case "struct":
      return structExpr(node, context);
    case "subquery":
      return subqueryExpr(node, context);
    case "datePart":
      return nameExpr(node.part.name, node.at, context);
    default:
      throw new SqlError("DEFAULT keyword cannot be used outside of INSERT and UPDATE", node.at);
  }
}

/** After GROUP BY, an expression that is a grouping key is the group's column. */
function groupKey(node: Expr, context: Context): Typed | undefined {
  const { grouping } = context;
  if (
    grouping === undefined ||
    node.kind === "literal" ||
    node.kind === "name" ||
    containsAggregate(node)
  )
    return undefined;
  if (grouping.keys.size === 0) return undefined;
  try {
    return grouping.keys.get(context.analyzer.expr(node, grouping.inner).sql);
  } catch (error) {
    if (error instanceof SqlError) return undefined; // not an expression over the rows: its parts may be over the groups
    throw error;
  }
}

function literalExpr({ value, at }: Extract<Expr, { kind: "literal" }>): Typed {
  switch (value.type) {
    case "null":
      return untypedNull;
    case "bool":
      return literal(value.value, BOOL);
    case "string":
      return literal(value.text, STRING);
    case "bytes":
      return literal(value.bytes, BYTES);
    case "float":
      return {
        ...literal(Number(value.text), FLOAT64),
        literal: { kind: "value", value: Number(value.text), text: value.text },
      };
    default: {
      const number = value.text.startsWith("-") ? -BigInt(value.text.slice(1)) : BigInt(value.text);
      const unsigned = /^0x/i.test(value.text) ? BigInt.asIntN(64, number) : number;
      if (BigInt.asIntN(64, unsigned) !== unsigned || BigInt.asUintN(64, number) < 0n)
        throw new SqlError(`Invalid integer literal: ${value.text}`, at);
      return literal(unsigned, INT64);
    }
  }
}

function parameter(node: Extract<Expr, { kind: "param" }>, { session }: Context): Typed {
  const key = node.name === undefined ? `?${node.index}` : node.name.toUpperCase();
  const value = session.params.get(key);
  if (value !== undefined) return value;
  throw new SqlError(
    node.name === undefined
      ? `Query parameter number ${node.index + 1} is not defined`
      : `Query parameter '${node.name}' not found`,
    node.at,
  );
}

function isExpr(node: Extract<Expr, { kind: "is" }>, context: Context): Typed {
  const value = context.analyzer.expr(node.expr, context);
  const not = node.not ? "NOT " : "";
  if (node.what === "NULL") return typed(`(${value.sql} IS ${not}NULL)`, BOOL);
  const bool = coerce(value, BOOL);
  if (bool === undefined) throw noOperator(`IS ${node.what}`, [value], node.at);
  return typed(
    `(${not}coalesce(${bool.sql}, ${node.what === "TRUE" ? "FALSE" : "TRUE"}) ${node.what === "TRUE" ? "" : "= FALSE"})`,
    BOOL,
  );
}

/** Each variable stands for its expression, in those after it and in the result. */
function withExpr(node: Extract<Expr, { kind: "with" }>, context: Context): Typed {
  const aliases = new Map<string, Typed>();
  const scope = { relations: [], aliases, outer: context.scope };
  const inside: Context = { ...context, scope };
  for (const { name, expr } of node.variables) {
    if (containsCall(expr, ({ name: called }) => /^(?:RAND|GENERATE_UUID)$/.test(called)))
      throw new UnsupportedError("WITH expressions over random values", expr.at);
    if (aliases.has(name.toUpperCase()))
      throw new SqlError(`Duplicate variable ${name} in WITH expression`, expr.at);
    const value = inside.analyzer.expr(expr, {
      ...inside,
      scope: { ...scope, aliases: new Map(aliases) },
    });
    aliases.set(name.toUpperCase(), named(value, value.type, expr.at));
  }
  return context.analyzer.expr(node.result, inside);
}

function noOperator(name: string, args: readonly Typed[], at: number): SqlError {
  const types = args.map((arg) => (arg === untypedNull ? "NULL" : typeName(arg.type))).join(", ");
  return new SqlError(
    `No matching signature for operator ${name} for argument types: ${types}`,
    at,
  );
}
