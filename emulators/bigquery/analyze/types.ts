/** GoogleSQL's types, and how each is held in DuckDB. */

export type ScalarKind =
  | "INT64"
  | "FLOAT64"
  | "NUMERIC"
  | "BIGNUMERIC"
  | "BOOL"
  | "STRING"
  | "BYTES"
  | "DATE"
  | "TIME"
  | "DATETIME"
  | "TIMESTAMP"
  | "INTERVAL"
  | "JSON";

export interface Field {
  readonly name?: string;
  readonly type: Type;
}

export type Type =
  | { readonly kind: ScalarKind }
  | { readonly kind: "ARRAY"; readonly element: Type }
  | { readonly kind: "RANGE"; readonly element: Type }
  | { readonly kind: "STRUCT"; readonly fields: readonly Field[] };

const scalar = <K extends ScalarKind>(kind: K): { readonly kind: K } => ({ kind });

export const INT64 = scalar("INT64");
export const FLOAT64 = scalar("FLOAT64");
export const NUMERIC = scalar("NUMERIC");
export const BIGNUMERIC = scalar("BIGNUMERIC");
export const BOOL = scalar("BOOL");
export const STRING = scalar("STRING");
export const BYTES = scalar("BYTES");
export const DATE = scalar("DATE");
export const TIME = scalar("TIME");
export const DATETIME = scalar("DATETIME");
export const TIMESTAMP = scalar("TIMESTAMP");
export const INTERVAL = scalar("INTERVAL");
export const JSON_TYPE = scalar("JSON");
export const arrayOf = (element: Type): Type => ({ kind: "ARRAY", element });
export const structOf = (fields: readonly Field[]): Type => ({ kind: "STRUCT", fields });

const names: Readonly<Record<string, Type>> = {
  INT64,
  INT: INT64,
  INTEGER: INT64,
  BIGINT: INT64,
  SMALLINT: INT64,
  TINYINT: INT64,
  BYTEINT: INT64,
  FLOAT64,
  NUMERIC,
  DECIMAL: NUMERIC,
  BIGNUMERIC,
  BIGDECIMAL: BIGNUMERIC,
  BOOL,
  BOOLEAN: BOOL,
  STRING,
  BYTES,
  DATE,
  TIME,
  DATETIME,
  TIMESTAMP,
  INTERVAL,
  JSON: JSON_TYPE,
};

/** The type of a name as SQL spells it; undefined for one that there is not. */
export const scalarNamed = (name: string): Type | undefined => names[name];

/**
 * DuckDB's type. Struct fields are named by position (`_1`, `_2`), for GoogleSQL allows nameless and equal names.
 * TIMESTAMP and DATETIME are both microseconds without a zone (UTC). BIGNUMERIC is 32 bytes, offset binary,
 * so that comparing bytes compares numbers. JSON is its text. RANGE is a struct of its ends.
 */
export function duckType(type: Type): string {
  switch (type.kind) {
    case "ARRAY":
      return `${duckType(type.element)}[]`;
    case "RANGE":
      return `STRUCT("_1" ${duckType(type.element)}, "_2" ${duckType(type.element)})`;
    case "STRUCT":
      return `STRUCT(${type.fields.map((f, i) => `"_${i + 1}" ${duckType(f.type)}`).join(", ")})`;
    default:
      return duckScalars[type.kind];
  }
}

const duckScalars: Readonly<Record<ScalarKind, string>> = {
  INT64: "BIGINT",
  FLOAT64: "DOUBLE",
  NUMERIC: "DECIMAL(38,9)",
  BIGNUMERIC: "BLOB",
  BOOL: "BOOLEAN",
  STRING: "VARCHAR",
  BYTES: "BLOB",
  DATE: "DATE",
  TIME: "TIME",
  DATETIME: "TIMESTAMP",
  TIMESTAMP: "TIMESTAMP",
  INTERVAL: "INTERVAL",
  JSON: "VARCHAR",
};

/** The type as BigQuery's messages write it. */
export function typeName(type: Type): string {
  if (type.kind === "ARRAY" || type.kind === "RANGE")
    return `${type.kind}<${typeName(type.element)}>`;
  if (type.kind !== "STRUCT") return type.kind;
  const fields = type.fields.map(
    (f) => (f.name === undefined ? "" : `${f.name} `) + typeName(f.type),
  );
  return `STRUCT<${fields.join(", ")}>`;
}

/** Same type, struct fields compared by place and not by name. */
export function sameType(a: Type, b: Type): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "ARRAY" || a.kind === "RANGE") return sameType(a.element, (b as typeof a).element);
  if (a.kind !== "STRUCT") return true;
  const other = (b as typeof a).fields;
  return (
    a.fields.length === other.length && a.fields.every((f, i) => sameType(f.type, other[i].type))
  );
}

export const isNumber = (type: Type): boolean =>
  type.kind === "INT64" ||
  type.kind === "FLOAT64" ||
  type.kind === "NUMERIC" ||
  type.kind === "BIGNUMERIC";

/** Whether values of the type can be told equal; GoogleSQL refuses to compare JSON and arrays. */
export function isComparable(type: Type): boolean {
  if (type.kind === "ARRAY" || type.kind === "JSON") return false;
  return type.kind === "STRUCT" ? type.fields.every((f) => isComparable(f.type)) : true;
}

/** Whether ORDER BY, MIN and MAX take the type. */
export const isOrderable = (type: Type): boolean =>
  type.kind !== "ARRAY" && type.kind !== "JSON" && type.kind !== "STRUCT";

export const isGroupable = (type: Type): boolean =>
  type.kind === "ARRAY"
    ? isGroupable(type.element)
    : type.kind === "STRUCT"
      ? type.fields.every((f) => isGroupable(f.type))
      : type.kind !== "JSON";
