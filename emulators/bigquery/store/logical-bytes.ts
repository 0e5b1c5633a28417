import type { Type } from "../analyze/types.ts";

/**
 * Logical bytes of values of a fixed size
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#data_type_sizes). NULL has none.
 */
const fixed: Partial<Readonly<Record<Type["kind"], number>>> = {
  INT64: 8,
  FLOAT64: 8,
  BOOL: 1,
  DATE: 8,
  TIME: 8,
  DATETIME: 8,
  TIMESTAMP: 8,
  INTERVAL: 16,
  NUMERIC: 16,
  BIGNUMERIC: 32,
  RANGE: 16,
};

/** DuckDB SQL: the logical bytes of a value that is not NULL. */
function some(type: Type, sql: string, depth: number): string {
  switch (type.kind) {
    case "ARRAY": {
      const size = fixed[type.element.kind];
      if (size !== undefined) return `len(${sql}) * ${size}`;
      const item = `e${depth}`;
      const each = valueBytes(type.element, item, depth + 1);
      return `coalesce(list_sum(list_transform(${sql}, lambda ${item}: ${each})), 0)`;
    }
    case "STRUCT": {
      const fields = type.fields.map((f, i) =>
        valueBytes(f.type, `struct_extract(${sql}, '_${i + 1}')`, depth),
      );
      return `(${["0", ...fields].join(" + ")})`;
    }
    case "STRING":
      return `(2 + strlen(${sql}))`;
    case "JSON":
      return `strlen(${sql})`;
    case "BYTES":
      return `(2 + octet_length(${sql}))`;
    default:
      return String(fixed[type.kind] ?? 0);
  }
}

const valueBytes = (type: Type, sql: string, depth: number): string =>
  `CASE WHEN ${sql} IS NULL THEN 0 ELSE ${some(type, sql, depth)} END`;

/** DuckDB SQL: the logical bytes of a column, over all rows. */
export const columnBytes = (type: Type, column: string): string =>
  `CAST(coalesce(sum(CAST(${valueBytes(type, column, 0)} AS HUGEINT)), 0) AS BIGINT)`;
