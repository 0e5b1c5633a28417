import type { Plain } from "../engine/literal.ts";
import { toSql } from "../engine/literal.ts";
import { tooComplex } from "../sql/error.ts";
import type { Chain } from "./chain.ts";
import { INT64, type Type } from "./types.ts";

/** An analyzed expression: DuckDB SQL whose value has exactly `type`. */
export interface Typed {
  readonly sql: string;
  readonly type: Type;
  /** Set for a literal or parameter, which coerces further than an expression does. */
  readonly literal?: {
    readonly kind: "null" | "value";
    readonly value: Plain;
    /** The digits of a FLOAT64 literal, which NUMERIC may need all of. */
    readonly text?: string;
    /** Written with its type (`NUMERIC '1'`): it coerces like any expression of that type. */
    readonly explicit?: true;
  };
  /** It never comes back with a value (ERROR), so it is of any type. */
  readonly never?: true;
  /** The parts of an array or struct that was written out, which coerce one by one. */
  readonly items?: readonly Typed[];
  /** The operands, when it is an operator that goes on from left to right. */
  readonly chain?: Chain;
}

export const typed = (sql: string, type: Type): Typed => ({ sql, type });

export const literal = (value: Plain, type: Type): Typed => ({
  sql: toSql(value, type),
  type,
  literal: { kind: value === null ? "null" : "value", value },
});

/** NULL without a type of its own: it takes any type, and is INT64 where none is asked for. */
export const untypedNull: Typed = literal(null, INT64);

const longest = 100_000;

/** Refuses to write an expression several times that may have others written several times inside: its text doubles with each. */
export function repeatable(value: Typed, at: number): string {
  const isWritten = value.literal !== undefined || value.items !== undefined;
  if (!isWritten && value.sql.length > longest) throw tooComplex(at);
  return value.sql;
}

/** What a parameter of a function or a variable of WITH stands for: no literal any more. */
export const named = (value: Typed, type: Type, at: number): Typed =>
  typed(repeatable(value, at), type);

export const isNull = (expr: Typed): boolean =>
  expr.literal?.kind === "null" && expr === untypedNull;
