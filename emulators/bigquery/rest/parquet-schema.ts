import type { Field, Type } from "../analyze/types.ts";
import { quoteName } from "../engine/literal.ts";
import { ApiError } from "./api-error.ts";

/** One line of a Parquet file's schema, as DuckDB's `parquet_schema` lists them: depth first. */
export interface SchemaElement {
  readonly name: string;
  readonly type: string | null;
  readonly repetition: string | null;
  readonly children: number;
  readonly converted: string | null;
  readonly logical: string | null;
  readonly scale: number;
  readonly precision: number;
}

/** An element with what is below it. */
export interface ParquetNode extends Omit<SchemaElement, "children"> {
  readonly children: readonly ParquetNode[];
}

/** The columns of a file from the list of its elements, of which the first is the file itself. */
export function schemaTree(elements: readonly SchemaElement[]): readonly ParquetNode[] {
  let at = 0;
  const read = (): ParquetNode => {
    const element = elements[at];
    if (element === undefined) throw new RangeError("a Parquet schema that ends too early");
    at += 1;
    return { ...element, children: Array.from({ length: element.children }, read) };
  };
  return read().children;
}

export interface ParquetOptions {
  readonly enableListInference?: boolean;
  readonly enumAsString?: boolean;
  /** Types that a DECIMAL may become, BigQuery's `decimalTargetTypes`. */
  readonly decimals: readonly string[];
}

/** A column: its type here, and DuckDB SQL that makes such a value of the file's. */
export interface ParquetColumn {
  readonly type: Type;
  readonly required: boolean;
  /** `x` is the value as DuckDB reads it from the file. */
  readonly convert: (x: string) => string;
}

const refuse = (node: ParquetNode, path: string): ApiError =>
  new ApiError(
    501,
    "notImplemented",
    `Not supported by the local BigQuery: loading Parquet column ${path} of type ${node.type ?? "group"}${node.logical === null && node.converted === null ? "" : ` (${node.logical ?? node.converted})`}`,
  );

/**
 * What a Parquet column becomes (BigQuery documentation, "Loading Parquet data", section "Parquet conversions").
 * Other combinations of types are refused, as they are there. `wanted` is the type that the table has for it.
 */
export function convertColumn(
  node: ParquetNode,
  options: ParquetOptions,
  wanted: Type | undefined,
  path = node.name,
): ParquetColumn {
  if (node.repetition !== "REPEATED") return convertOne(node, options, wanted, path);
  const inner = wanted?.kind === "ARRAY" ? wanted.element : undefined;
  return repeated(convertOne(node, options, inner, path));
}

function repeated({ type, convert }: ParquetColumn): ParquetColumn {
  return {
    type: { kind: "ARRAY", element: type },
    required: false,
    convert: (x) => `list_transform(${x}, lambda e: ${convert("e")})`,
  };
}

function convertOne(
  node: ParquetNode,
  options: ParquetOptions,
  wanted: Type | undefined,
  path: string,
): ParquetColumn {
  const required = node.repetition === "REQUIRED";
  if (node.type !== null && node.children.length === 0)
    return { ...scalar(node, options, wanted, path), required };
  const [only] = node.children;
  if (node.converted === "LIST" && only !== undefined && node.children.length === 1)
    return list(node, only, options, wanted, path);
  if (node.converted === "MAP" && only !== undefined) return map(only, options, wanted, path);
  return { ...struct(node.children, options, wanted, path), required };
}

function struct(
  children: readonly ParquetNode[],
  options: ParquetOptions,
  wanted: Type | undefined,
  path: string,
): Omit<ParquetColumn, "required"> {
  const fields = children.map((child) => {
    const known =
      wanted?.kind === "STRUCT"
        ? wanted.fields.find((f) => f.name?.toUpperCase() === child.name.toUpperCase())?.type
        : undefined;
    return { child, column: convertColumn(child, options, known, `${path}.${child.name}`) };
  });
  return {
    type: {
      kind: "STRUCT",
      fields: fields.map(({ child, column }): Field => ({ name: child.name, type: column.type })),
    },
    convert: (x) =>
      `CASE WHEN ${x} IS NULL THEN NULL ELSE struct_pack(${fields
        .map(
          ({ child, column }, i) =>
            `_${i + 1} := ${column.convert(`${x}.${quoteName(child.name)}`)}`,
        )
        .join(", ")}) END`,
  };
}

/** A LIST is a record of a repeated record, or an array where inference is asked for. */
function list(
  node: ParquetNode,
  middle: ParquetNode,
  options: ParquetOptions,
  wanted: Type | undefined,
  path: string,
): ParquetColumn {
  const [element] = middle.children;
  // Lists of the old two-level form have the element itself below the list.
  const threeLevels = element !== undefined && middle.children.length === 1;
  const item = threeLevels ? element : { ...middle, repetition: "REQUIRED" };
  if (item.converted === "LIST" || item.converted === "MAP" || item.repetition === "REPEATED")
    throw refuse(node, path);
  if (options.enableListInference === true) {
    const inner = wanted?.kind === "ARRAY" ? wanted.element : undefined;
    return repeated(convertOne(item, options, inner, path));
  }
  const column = convertOne(item, options, undefined, `${path}.${middle.name}`);
  const entry: Type = threeLevels
    ? { kind: "STRUCT", fields: [{ name: item.name, type: column.type }] }
    : column.type;
  const wrap = (x: string) =>
    threeLevels ? `struct_pack(_1 := ${column.convert(x)})` : column.convert(x);
  return record(middle.name, entry, wrap);
}

/** A MAP is a record with a repeated record of key and value. */
function map(
  middle: ParquetNode,
  options: ParquetOptions,
  wanted: Type | undefined,
  path: string,
): ParquetColumn {
  const [key, value] = middle.children;
  if (key === undefined || value === undefined) throw refuse(middle, path);
  const columns = [key, value].map((child) =>
    convertColumn(child, options, undefined, `${path}.${child.name}`),
  );
  const entry: Type = {
    kind: "STRUCT",
    fields: [key, value].map((child, i): Field => ({ name: child.name, type: columns[i].type })),
  };
  const wrap = (x: string) =>
    `struct_pack(_1 := ${columns[0].convert(`${x}.key`)}, _2 := ${columns[1].convert(`${x}.value`)})`;
  const made = record(middle.name, entry, wrap);
  return { ...made, convert: (x) => made.convert(`map_entries(${x})`) };
}

const record = (name: string, entry: Type, wrap: (x: string) => string): ParquetColumn => ({
  type: { kind: "STRUCT", fields: [{ name, type: { kind: "ARRAY", element: entry } }] },
  required: false,
  convert: (x) =>
    `CASE WHEN ${x} IS NULL THEN NULL ELSE struct_pack(_1 := list_transform(${x}, lambda e: ${wrap("e")})) END`,
});

const as = (
  kind: "INT64" | "FLOAT64" | "BOOL" | "STRING" | "BYTES" | "DATE" | "TIME",
  duck: string,
) => ({
  type: { kind },
  convert: (x: string) => `CAST(${x} AS ${duck})`,
});

function scalar(
  node: ParquetNode,
  options: ParquetOptions,
  wanted: Type | undefined,
  path: string,
): Omit<ParquetColumn, "required"> {
  const { converted, logical } = node;
  const plain = converted === null && logical === null;
  const timestamp = () => ({
    // A time without a zone is a TIMESTAMP too, but for a table whose column is a DATETIME.
    type: { kind: wanted?.kind === "DATETIME" ? ("DATETIME" as const) : ("TIMESTAMP" as const) },
    convert: (x: string) => `CAST(${x} AS TIMESTAMP)`,
  });
  if (converted === "DECIMAL" || logical?.startsWith("DecimalType") === true)
    return decimal(node, options, wanted, path);
  switch (node.type) {
    case "BOOLEAN":
      return as("BOOL", "BOOLEAN");
    case "INT32":
    case "INT64":
      if (converted === "DATE") return as("DATE", "DATE");
      if (converted?.startsWith("TIMESTAMP_M") === true) return timestamp();
      if (converted?.startsWith("TIME_M") === true) return as("TIME", "TIME");
      if (plain || /^U?INT_/.test(converted ?? "")) return as("INT64", "BIGINT");
      break;
    case "INT96":
      return timestamp();
    case "FLOAT":
    case "DOUBLE":
      return as("FLOAT64", "DOUBLE");
    case "BYTE_ARRAY":
    case "FIXED_LEN_BYTE_ARRAY":
      if (plain) return as("BYTES", "BLOB");
      if (converted === "UTF8")
        return wanted?.kind === "JSON"
          ? { type: { kind: "JSON" }, convert: (x) => `CAST(${x} AS VARCHAR)` }
          : as("STRING", "VARCHAR");
      if (converted === "ENUM")
        return options.enumAsString === true
          ? as("STRING", "VARCHAR")
          : { type: { kind: "BYTES" }, convert: (x) => `encode(CAST(${x} AS VARCHAR))` };
      break;
    default:
  }
  throw refuse(node, path);
}

/** The first of the allowed types that holds the precision and scale; the loader's own order, whatever the list's. */
function decimal(
  node: ParquetNode,
  { decimals }: ParquetOptions,
  wanted: Type | undefined,
  path: string,
): Omit<ParquetColumn, "required"> {
  const { scale, precision } = node;
  const allowed =
    wanted?.kind === "NUMERIC" || wanted?.kind === "STRING" ? [wanted.kind] : decimals;
  if (allowed.includes("NUMERIC") && scale <= 9 && precision - scale <= 29)
    return { type: { kind: "NUMERIC" }, convert: (x) => `CAST(${x} AS DECIMAL(38,9))` };
  if (allowed.includes("STRING") && !allowed.includes("BIGNUMERIC"))
    return { type: { kind: "STRING" }, convert: (x) => `CAST(${x} AS VARCHAR)` };
  throw refuse(node, `${path} with precision ${precision} and scale ${scale}`);
}
