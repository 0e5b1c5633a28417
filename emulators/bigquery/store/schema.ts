import { type Field, scalarNamed, type Type } from "../analyze/types.ts";
import { invalid } from "../rest/api-error.ts";

/** A column as BigQuery's TableSchema writes it. */
export interface FieldSchema {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly description?: string;
  readonly fields?: readonly FieldSchema[];
  readonly defaultValueExpression?: string;
  readonly rangeElementType?: { readonly type: string };
  readonly [other: string]: unknown;
}

export interface TableSchema {
  readonly fields: readonly FieldSchema[];
}

const aliases: Readonly<Record<string, string>> = {
  FLOAT: "FLOAT64",
  INTEGER: "INT64",
  BOOLEAN: "BOOL",
};

/** The type of a column: an array when its mode is REPEATED. Throws for a type that is not known. */
export function typeOfField(field: FieldSchema): Type {
  const element = elementType(field);
  return field.mode?.toUpperCase() === "REPEATED" ? { kind: "ARRAY", element } : element;
}

function elementType(field: FieldSchema): Type {
  const name = (field.type ?? "").toUpperCase();
  if (name === "RECORD" || name === "STRUCT") {
    if (!Array.isArray(field.fields) || field.fields.length === 0)
      throw invalid(`Field ${field.name} is type RECORD but has no schema`);
    return {
      kind: "STRUCT",
      fields: field.fields.map((f): Field => ({ name: f.name, type: typeOfField(f) })),
    };
  }
  if (name === "RANGE") {
    const element = scalarNamed(field.rangeElementType?.type.toUpperCase() ?? "");
    if (element === undefined)
      throw invalid(`Field ${field.name} of type RANGE needs rangeElementType`);
    return { kind: "RANGE", element };
  }
  const type = scalarNamed(aliases[name] ?? name);
  if (type === undefined)
    throw invalid(
      `Invalid value for type: ${field.type} is not a valid value`,
      `schema.fields.${field.name}.type`,
    );
  return type;
}

const restNames: Readonly<Record<string, string>> = {
  INT64: "INTEGER",
  FLOAT64: "FLOAT",
  BOOL: "BOOLEAN",
  STRUCT: "RECORD",
};

/** A column's schema from its type, as results have it. */
export function fieldOfType(name: string, type: Type, mode = "NULLABLE"): FieldSchema {
  if (type.kind === "ARRAY") return fieldOfType(name, type.element, "REPEATED");
  const base = { name, type: restNames[type.kind] ?? type.kind, mode };
  if (type.kind === "RANGE") return { ...base, rangeElementType: { type: type.element.kind } };
  if (type.kind !== "STRUCT") return base;
  return {
    ...base,
    fields: type.fields.map((f, i) => fieldOfType(f.name ?? `_field_${i + 1}`, f.type)),
  };
}

const validName = /^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}\p{Pc}\p{Pd}&%=+:'<>#| ]{0,299}$/u;
const reservedPrefix = /^(?:_PARTITION|_TABLE_|_FILE_|_ROW_TIMESTAMP|__ROOT__|_COLIDENTIFIER)/i;

function checkName(name: string, path: string): void {
  if (!validName.test(name))
    throw invalid(
      `Invalid field name "${path}${name}". Fields must contain only letters, numbers, and underscores, start with a letter or underscore, and be at most 300 characters long.`,
    );
}

/** Checks the names of a result, which is a table as well. */
export function checkNames(fields: readonly FieldSchema[], path = ""): void {
  for (const { name, fields: inner = [] } of fields) {
    checkName(name, path);
    checkNames(inner, `${path}${name}.`);
  }
}

/** Checks names and types of a schema, and gives it with every mode and the API's type names filled in. */
export function checkSchema(schema: TableSchema, path = ""): TableSchema {
  const seen = new Set<string>();
  const fields = schema.fields.map((field): FieldSchema => {
    const name = field.name ?? "";
    checkName(name, path);
    if (reservedPrefix.test(name))
      throw invalid(
        `Invalid field name "${path}${name}". Field names are not allowed to start with the (case-insensitive) prefixes _PARTITION, _TABLE_, _FILE_, _ROW_TIMESTAMP, __ROOT__ and _COLIDENTIFIER`,
      );
    if (seen.has(name.toUpperCase()))
      throw invalid(`Field ${path}${name} already exists in schema`);
    seen.add(name.toUpperCase());
    const mode = (field.mode ?? "NULLABLE").toUpperCase();
    if (!/^(?:NULLABLE|REQUIRED|REPEATED)$/.test(mode))
      throw invalid(`Invalid value for mode: ${field.mode} is not a valid value`);
    typeOfField(field);
    const type =
      {
        FLOAT64: "FLOAT",
        INT64: "INTEGER",
        BOOL: "BOOLEAN",
        STRUCT: "RECORD",
        DECIMAL: "NUMERIC",
        BIGDECIMAL: "BIGNUMERIC",
      }[field.type.toUpperCase()] ?? field.type.toUpperCase();
    const nested =
      field.fields === undefined
        ? {}
        : { fields: checkSchema({ fields: field.fields }, `${path}${name}.`).fields };
    return { ...field, name, type, mode, ...nested };
  });
  return { fields };
}
