import type { TypeNode } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import type { Type } from "./types.ts";

/** The parameters of a type: `STRING(10)`, `NUMERIC(5, 2)`. */
export interface TypeLimits {
  readonly maxLength?: number;
  readonly precision?: number;
  readonly scale?: number;
}

/** What a type expression's parameters say. Throws for types that take none and numbers out of range. */
export function limitsOf(node: TypeNode, type: Type): TypeLimits {
  if (node.kind !== "simple") return nestedLimits(node);
  const [first, second, ...more] = node.params.map((text) =>
    /^\d+$/.test(text) ? Number(text) : NaN,
  );
  if (first === undefined) return {};
  const wrong = () =>
    new SqlError(
      `${type.kind} does not support type parameters (${node.params.join(", ")})`,
      node.at,
    );
  if (Number.isNaN(first) || Number.isNaN(second) || more.length > 0) throw wrong();
  if (type.kind === "STRING" || type.kind === "BYTES") {
    if (second !== undefined || first < 1) throw wrong();
    return { maxLength: first };
  }
  const most =
    type.kind === "NUMERIC"
      ? { scale: 9, whole: 29 }
      : type.kind === "BIGNUMERIC"
        ? { scale: 38, whole: 38 }
        : undefined;
  const scale = second ?? 0;
  if (
    most === undefined ||
    scale > most.scale ||
    first < Math.max(1, scale) ||
    first > most.whole + scale
  )
    throw wrong();
  return { precision: first, scale };
}

/** Parameters inside of ARRAY and STRUCT are not kept: refused, for values would go unchecked. */
function nestedLimits(node: TypeNode): TypeLimits {
  const parts =
    node.kind === "struct"
      ? node.fields.map((f) => f.type)
      : node.kind === "simple"
        ? []
        : [node.element];
  for (const part of parts) {
    if (part.kind === "simple" && part.params.length > 0)
      throw new UnsupportedError("type parameters inside of ARRAY and STRUCT", part.at);
    nestedLimits(part);
  }
  return {};
}

/** SQL that gives the value back when the limits allow it (a decimal rounded), else an error. */
export function limitSql(sql: string, type: Type, limits: TypeLimits, safe = false): string {
  const suffix = safe ? "_safe" : "";
  const name = `gsql_limit_${type.kind.toLowerCase()}${suffix}`;
  if (limits.maxLength !== undefined) return `${name}(${sql}, CAST(${limits.maxLength} AS BIGINT))`;
  if (limits.precision === undefined) return sql;
  return `${name}(${sql}, CAST(${limits.precision} AS BIGINT), CAST(${limits.scale ?? 0} AS BIGINT))`;
}
