import type { Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce } from "./coerce.ts";
import type { Context } from "./context.ts";
import { jsonElement, jsonMember } from "./json-access.ts";
import { type Typed, typed } from "./typed.ts";
import { INT64, typeName } from "./types.ts";

/** `array[OFFSET(i)]` and its kin, and `json[i]`, `json['name']`. */
export function subscript(node: Extract<Expr, { kind: "index" }>, context: Context): Typed {
  const base = context.analyzer.expr(node.base, context);
  const index = context.analyzer.expr(node.index, context);
  if (base.type.kind === "JSON" && node.mode === "plain")
    return index.type.kind === "STRING" ? jsonMember(base, index) : jsonElement(base, index);
  if (base.type.kind !== "ARRAY")
    throw new SqlError(
      `Element access using [] is not supported on values of type ${typeName(base.type)}`,
      node.at,
    );
  const position = coerce(index, INT64);
  if (position === undefined)
    throw new SqlError(
      `Array position in [] must be coercible to INT64 type, but has type ${typeName(index.type)}`,
      node.at,
    );
  const ordinal = node.mode === "ordinal" || node.mode === "safe_ordinal";
  const from = ordinal ? position.sql : `(${position.sql} + CAST(1 AS BIGINT))`;
  const safe = node.mode.startsWith("safe");
  if (node.mode === "key" || node.mode === "safe_key")
    throw new SqlError("KEY access needs a map", node.at);
  // list_extract counts from 1, takes a negative position from the end and gives NULL outside: both must not happen.
  const inside = `(${from} BETWEEN 1 AND len(${base.sql}))`;
  const outside = safe ? "NULL" : `gsql_out_of_bounds(${position.sql}, len(${base.sql}))`;
  const element = `list_extract(${base.sql}, ${from})`;
  const condition = `WHEN ${inside} THEN ${element}`;
  const none = `WHEN ${base.sql} IS NULL OR ${position.sql} IS NULL THEN NULL`;
  return typed(
    safe
      ? `CASE ${condition} ELSE NULL END`
      : `CASE ${condition} ${none} WHEN ${outside} THEN NULL END`,
    base.type.element,
  );
}
