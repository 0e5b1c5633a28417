import type { Expr, IndexMode } from "../sql/ast.ts";
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
  if (node.mode === "key" || node.mode === "safe_key")
    throw new SqlError("KEY access needs a map", node.at);
  const { element } = base.type;
  if (base.sql.length + position.sql.length <= longest)
    return typed(elementSql(base.sql, position.sql, node.mode), element);
  // Both are written several times: long ones, which may have such elements inside, once and by a name.
  const parts = `struct_pack(a := ${base.sql}, i := ${position.sql})`;
  const inside = elementSql("s.a", "s.i", node.mode);
  return typed(`list_extract(list_transform([${parts}], lambda s: ${inside}), 1)`, element);
}

const longest = 300;

function elementSql(array: string, position: string, mode: IndexMode): string {
  const from =
    mode === "ordinal" || mode === "safe_ordinal" ? position : `(${position} + CAST(1 AS BIGINT))`;
  // list_extract counts from 1, takes a negative position from the end and gives NULL outside: both must not happen.
  const inside = `(${from} BETWEEN 1 AND len(${array}))`;
  const condition = `WHEN ${inside} THEN list_extract(${array}, ${from})`;
  if (mode.startsWith("safe")) return `CASE ${condition} ELSE NULL END`;
  const none = `WHEN ${array} IS NULL OR ${position} IS NULL THEN NULL`;
  const outside = `gsql_out_of_bounds(${position}, len(${array}))`;
  return `CASE ${condition} ${none} WHEN ${outside} THEN NULL END`;
}
