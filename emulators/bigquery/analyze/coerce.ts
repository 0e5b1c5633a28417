import type { Plain } from "../engine/literal.ts";
import { parseTemporal } from "../functions/temporal-text.ts";
import { parseDecimal } from "../functions/decimal.ts";
import { SqlError } from "../sql/error.ts";
import { isNull, literal, type Typed, typed } from "./typed.ts";
import { duckType, sameType, type Type, FLOAT64, isNumber, typeName } from "./types.ts";

const rank: Readonly<Record<string, number>> = { INT64: 0, NUMERIC: 1, BIGNUMERIC: 2, FLOAT64: 3 };

/** GoogleSQL takes an INT64 for a FLOAT64 before it takes it for a decimal. */
const widening: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  INT64: { FLOAT64: 1, NUMERIC: 2, BIGNUMERIC: 3 },
  NUMERIC: { BIGNUMERIC: 1, FLOAT64: 2 },
  BIGNUMERIC: { FLOAT64: 1 },
};

/** How far an implicit conversion goes: 0 none needed, larger is worse, undefined impossible. */
export function coercionCost(from: Typed, to: Type): number | undefined {
  if (isNull(from) || from.never === true) return 0;
  if (from.items !== undefined && (to.kind === "ARRAY" || to.kind === "STRUCT"))
    return itemsCost(from, from.items, to);
  if (sameType(from.type, to)) return 0;
  if (
    from.type.kind === "STRUCT" &&
    to.kind === "STRUCT" &&
    from.type.fields.length === to.fields.length
  ) {
    const costs = from.type.fields.map((f, i) =>
      coercionCost(typed("", f.type), to.fields[i]?.type ?? f.type),
    );
    return sum(costs);
  }
  if (isNumber(from.type) && isNumber(to)) {
    const step = widening[from.type.kind]?.[to.kind];
    if (step !== undefined) return step + (isFree(from) ? 100 : 10_000);
    return isFree(from) && from.type.kind === "FLOAT64" && to.kind !== "INT64" ? 100 : undefined;
  }
  if (from.type.kind === "DATE" && to.kind === "DATETIME") return 1;
  if (!isFree(from) || from.type.kind !== "STRING") return undefined;
  return /^(?:DATE|TIME|DATETIME|TIMESTAMP)$/.test(to.kind) ? 1 : undefined;
}

/** A literal whose type is open to its surroundings. */
const isFree = ({ literal }: Typed) => literal !== undefined && literal.explicit !== true;

function itemsCost(from: Typed, items: readonly Typed[], to: Type): number | undefined {
  if (to.kind !== from.type.kind) return undefined;
  if (to.kind === "ARRAY") return sum(items.map((item) => coercionCost(item, to.element)));
  if (to.kind !== "STRUCT" || to.fields.length !== items.length) return undefined;
  return sum(items.map((item, i) => coercionCost(item, to.fields[i]?.type ?? item.type)));
}

function sum(costs: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const cost of costs) {
    if (cost === undefined) return undefined;
    total += cost;
  }
  return total;
}

/** The expression in type `to`; undefined when GoogleSQL has no implicit conversion for it. */
export function coerce(from: Typed, to: Type): Typed | undefined {
  if (coercionCost(from, to) === undefined) return undefined;
  if (isNull(from)) return { ...literal(null, to), literal: { kind: "null", value: null } };
  if (from.never === true)
    return {
      sql: `CAST(CASE WHEN ${from.sql} IS NULL THEN NULL END AS ${duckType(to)})`,
      type: to,
    };
  if (from.items !== undefined && to.kind === "ARRAY") {
    const items = from.items.map((item) => coerce(item, to.element) as Typed);
    return arrayLiteral(items, to.element);
  }
  if (from.items !== undefined && to.kind === "STRUCT") {
    const items = from.items.map(
      (item, i) => coerce(item, to.fields[i]?.type ?? item.type) as Typed,
    );
    return structLiteral(items, to);
  }
  if (sameType(from.type, to)) return from.type === to ? from : { ...from, type: to };
  if (from.literal?.kind === "value") {
    const value = literalValue(from, from.literal.value, to);
    if (value !== undefined) return literal(value, to);
  }
  return typed(convertSql(from.sql, from.type, to), to);
}

export const arrayLiteral = (items: readonly Typed[], element: Type): Typed => ({
  sql: `CAST([${items.map((item) => item.sql).join(", ")}] AS ${duckType(element)}[])`,
  type: { kind: "ARRAY", element },
  items,
});

export const structLiteral = (items: readonly Typed[], type: Type): Typed => ({
  sql: `struct_pack(${items.map((item, i) => `"_${i + 1}" := ${item.sql}`).join(", ")})`,
  type,
  items,
});

function literalValue({ literal, type: from }: Typed, value: Plain, to: Type): Plain | undefined {
  if (typeof value === "string") {
    const read = parseTemporal(value, to.kind);
    if (read === undefined)
      throw new SqlError(`Could not cast literal ${JSON.stringify(value)} to type ${typeName(to)}`);
    return read;
  }
  if (from.kind === "INT64" && typeof value === "bigint") {
    if (to.kind === "FLOAT64") return Number(value);
    return to.kind === "NUMERIC" ? value * 10n ** 9n : value * 10n ** 38n;
  }
  if (from.kind !== "FLOAT64" || (to.kind !== "NUMERIC" && to.kind !== "BIGNUMERIC"))
    return undefined;
  const exact = parseDecimal(literal?.text ?? (value as number).toString(), to.kind);
  if (exact === undefined)
    throw new SqlError(
      `Invalid ${to.kind} value: ${literal?.text ?? (value as number).toString()}`,
    );
  return exact;
}

/** DuckDB SQL of a conversion that cannot fail and needs no rounding beyond FLOAT64's. */
export function convertSql(sql: string, from: Type, to: Type): string {
  if (from.kind === "STRUCT" && to.kind === "STRUCT") {
    const fields = to.fields.map((f, i) => {
      const source = from.fields[i]?.type ?? f.type;
      const value = `struct_extract(${sql}, '_${i + 1}')`;
      return `"_${i + 1}" := ${sameType(source, f.type) ? value : convertSql(value, source, f.type)}`;
    });
    return `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(${fields.join(", ")}) END`;
  }
  if (to.kind === "BIGNUMERIC") return `gsql_to_bignumeric_${from.kind.toLowerCase()}(${sql})`;
  if (from.kind === "BIGNUMERIC") return `gsql_bignumeric_to_float64(${sql})`;
  return `CAST(${sql} AS ${duckType(to)})`;
}

/** The common type of several expressions, by GoogleSQL's supertype rules; undefined when there is none. */
export function supertype(all: readonly Typed[]): Type | undefined {
  const typedOnes = all.filter((e) => !isNull(e) && e.items?.length !== 0 && e.never !== true);
  if (typedOnes.length === 0) return all.find((e) => e.items?.length === 0)?.type ?? all[0]?.type;
  const firm = typedOnes.filter((e) => !isFree(e) && e.items === undefined);
  for (const group of [firm, typedOnes]) {
    if (group.length === 0) continue;
    const candidate = dominant(group);
    if (candidate !== undefined && all.every((e) => coercionCost(e, candidate) !== undefined))
      return candidate;
  }
  return undefined;
}

function dominant(group: readonly Typed[]): Type | undefined {
  const types = group.map((e) => e.type);
  const [first] = types;
  if (first === undefined) return undefined;
  if (types.every((t) => isNumber(t)))
    return types.reduce((a, b) => ((rank[b.kind] ?? 0) > (rank[a.kind] ?? 0) ? b : a));
  if (first.kind === "STRUCT") return structSupertype(group, first);
  if (first.kind === "ARRAY") {
    const items = group.flatMap((e) => e.items ?? []);
    const fixed = group.find((e) => e.items === undefined);
    if (fixed !== undefined) return fixed.type;
    const element = supertype(items);
    return element === undefined ? undefined : { kind: "ARRAY", element };
  }
  return (
    types.find((candidate) => group.every((e) => coercionCost(e, candidate) !== undefined)) ??
    floatOf(types)
  );
}

const floatOf = (types: readonly Type[]) => (types.every((t) => isNumber(t)) ? FLOAT64 : undefined);

function structSupertype(
  group: readonly Typed[],
  first: Type & { kind: "STRUCT" },
): Type | undefined {
  const structs = group.map((e) => e.type);
  if (!structs.every((t) => t.kind === "STRUCT" && t.fields.length === first.fields.length))
    return undefined;
  const fields = first.fields.map((field, i) => {
    const parts = group.map(
      (e) => e.items?.[i] ?? typed("", ((e.type as typeof first).fields[i] ?? field).type),
    );
    const type = supertype(parts);
    return type === undefined ? undefined : { ...field, type };
  });
  return fields.every((f) => f !== undefined) ? { kind: "STRUCT", fields } : undefined;
}
