import { SqlError } from "../sql/error.ts";
import { fieldAt } from "./names.ts";
import { rangeKey } from "./range-key.ts";
import type { Typed } from "./typed.ts";
import { isComparable, isOrderable, typeName } from "./types.ts";

type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** A comparison of two values of one type. */
export function compareSql(op: Comparison, a: Typed, b: Typed, at: number): string {
  const equality = op === "=" || op === "!=";
  if (equality ? !isComparable(a.type) : !isOrderable(a.type))
    throw new SqlError(
      `${equality ? "Equality" : "Less than"} is not defined for arguments of type ${typeName(a.type)}`,
      at,
    );
  if (a.type.kind === "FLOAT64") return compareFloats(op, a, b);
  if (a.type.kind === "STRUCT") return compareStructs(op, a, b, at);
  return `(${rangeKey(a).sql} ${op} ${rangeKey(b).sql})`;
}

const certain = (x: Typed) =>
  typeof x.literal?.value === "number" && !Number.isNaN(x.literal.value);

/** DuckDB takes NaN for equal to itself and above all numbers; in GoogleSQL every comparison with it is false. */
function compareFloats(op: Comparison, a: Typed, b: Typed): string {
  const plain = `${a.sql} ${op} ${b.sql}`;
  if (op === "!=") return certain(a) || certain(b) ? `(${plain})` : `(${plain} OR isnan(${a.sql}))`;
  // The side whose NaN would make DuckDB say true.
  const sides = op === "=" ? [a, b] : op.startsWith("<") ? [b] : [a];
  if (sides.some((side) => certain(side))) return `(${plain})`;
  const [side = a] = sides;
  const other = side === a ? b : a;
  return `(${plain} AND (NOT isnan(${side.sql}) OR ${other.sql} IS NULL))`;
}

/** Fields one by one, for DuckDB takes NULL fields for equal; a NULL struct makes the result NULL. */
function compareStructs(op: Comparison, a: Typed, b: Typed, at: number): string {
  const count = a.type.kind === "STRUCT" ? a.type.fields.length : 0;
  const fields = Array.from({ length: count }, (_, i) =>
    compareSql("=", a.items?.[i] ?? fieldAt(a, i), b.items?.[i] ?? fieldAt(b, i), at),
  );
  const equal = `CASE WHEN ${a.sql} IS NULL OR ${b.sql} IS NULL THEN NULL ELSE ${fields.join(" AND ")} END`;
  return op === "=" ? `(${equal})` : `(NOT (${equal}))`;
}
