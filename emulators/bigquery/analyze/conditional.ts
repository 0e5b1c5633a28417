import type { Call, Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce, supertype } from "./coerce.ts";
import { compareSql } from "./compare.ts";
import type { Context } from "./context.ts";
import { repeatable, type Typed, typed } from "./typed.ts";
import { BOOL, type Type, typeName } from "./types.ts";

/** CASE in both forms. The result has the common type of all its branches. */
export function caseExpr(node: Extract<Expr, { kind: "case" }>, context: Context): Typed {
  const analyze = (expr: Expr) => context.analyzer.expr(expr, context);
  const operand = node.operand === undefined ? undefined : analyze(node.operand);
  const conditions = node.whens.map(([when]) =>
    operand === undefined
      ? condition(analyze(when), when.at)
      : equals(operand, analyze(when), when.at),
  );
  const results = [
    ...node.whens.map(([, result]) => result),
    ...(node.otherwise === undefined ? [] : [node.otherwise]),
  ];
  const { type, values } = unify(results.map(analyze), "CASE", node.at);
  const branches = conditions.map((sql, i) => `WHEN ${sql} THEN ${values[i].sql}`);
  const otherwise = node.otherwise === undefined ? "NULL" : values.at(-1).sql;
  return typed(`CASE ${branches.join(" ")} ELSE ${otherwise} END`, type);
}

function equals(a: Typed, b: Typed, at: number): string {
  const type = supertype([a, b]);
  const left = type && coerce(a, type);
  const right = type && coerce(b, type);
  if (left === undefined || right === undefined)
    throw new SqlError(
      `No matching signature for operator CASE for argument types: ${typeName(a.type)}, ${typeName(b.type)}`,
      at,
    );
  return compareSql("=", left, right, at);
}

function condition(value: Typed, at: number): string {
  const bool = coerce(value, BOOL);
  if (bool === undefined)
    throw new SqlError(`Expected type BOOL; found ${typeName(value.type)}`, at);
  return bool.sql;
}

function unify(args: readonly Typed[], name: string, at: number): { type: Type; values: Typed[] } {
  const type = supertype(args);
  const values = args.map((arg) => (type === undefined ? undefined : coerce(arg, type)));
  if (type === undefined || values.some((v) => v === undefined))
    throw new SqlError(
      `No matching signature for ${name === "CASE" ? "operator" : "function"} ${name} for argument types: ${args.map((a) => typeName(a.type)).join(", ")}`,
      at,
    );
  return { type, values: values as Typed[] };
}

type Form = (args: readonly Typed[], call: Call) => Typed;

/** Functions that do not evaluate all their arguments. */
export const conditionalForms: Readonly<Record<string, Form>> = {
  IF: (args, call) => {
    const [test, yes, no] = exactly(args, 3, call);
    const { type, values } = unify([yes, no], "IF", call.at);
    return typed(
      `CASE WHEN ${condition(test, call.at)} THEN ${values[0]?.sql} ELSE ${values[1]?.sql} END`,
      type,
    );
  },
  COALESCE: (args, call) => {
    if (args.length === 0) throw wrongCount(call);
    const { type, values } = unify(args, "COALESCE", call.at);
    return typed(`coalesce(${values.map((v) => v.sql).join(", ")})`, type);
  },
  IFNULL: (args, call) => {
    const { type, values } = unify(exactly(args, 2, call), "IFNULL", call.at);
    return typed(`coalesce(${values.map((v) => v.sql).join(", ")})`, type);
  },
  NULLIF: (args, call) => {
    const { type, values } = unify(exactly(args, 2, call), "NULLIF", call.at);
    const [a, b] = values as [Typed, Typed];
    return typed(
      `CASE WHEN ${compareSql("=", a, b, call.at)} THEN NULL ELSE ${repeatable(a, call.at)} END`,
      type,
    );
  },
};

export function exactly(args: readonly Typed[], count: number, call: Call): readonly Typed[] {
  if (args.length !== count) throw wrongCount(call, args);
  return args;
}

export function wrongCount(call: Call, args: readonly Typed[] = []): SqlError {
  const types = args.map((arg) => typeName(arg.type)).join(", ");
  return new SqlError(
    `No matching signature for function ${call.name} for argument types: ${types}`,
    call.at,
  );
}
