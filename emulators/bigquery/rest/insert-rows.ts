import type { Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { type FieldSchema, typeOfField } from "../store/schema.ts";
import { readScalar } from "./read-json.ts";

export interface RowError {
  readonly reason: string;
  readonly location: string;
  readonly debugInfo: string;
  readonly message: string;
}

const error = (location: string, message: string): RowError => ({
  reason: "invalid",
  location,
  debugInfo: "",
  message,
});

/** The values of one row in the order of the schema, or what is wrong with it. */
export function readRow(
  json: unknown,
  fields: readonly FieldSchema[],
  ignoreUnknown: boolean,
): { readonly values: Plain[] } | { readonly errors: RowError[] } {
  const errors: RowError[] = [];
  const values = readRecord(json, fields, "", ignoreUnknown, errors);
  return errors.length > 0 ? { errors } : { values };
}

function readRecord(
  json: unknown,
  fields: readonly FieldSchema[],
  path: string,
  ignoreUnknown: boolean,
  errors: RowError[],
): Plain[] {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    errors.push(error(path.replace(/\.$/, ""), "This field is not a record."));
    return [];
  }
  const { places, types } = shapeOf(fields);
  const found: unknown[] = Array.from({ length: fields.length });
  for (const [name, value] of Object.entries(json)) {
    const place = places.get(name) ?? places.get(name.toLowerCase());
    if (place !== undefined) found[place] = value;
    else if (!ignoreUnknown)
      errors.push(error(`${path}${name}`.toLowerCase(), `no such field: ${path}${name}.`));
  }
  return fields.map((field, i) =>
    readField(found[i], field, types[i], path, ignoreUnknown, errors),
  );
}

/** What is the same for every row: where a name's value goes, and the types of the columns, or of their elements. */
interface Shape {
  readonly places: ReadonlyMap<string, number>;
  readonly types: readonly Type[];
}

const shapes = new WeakMap<readonly FieldSchema[], Shape>();

function shapeOf(fields: readonly FieldSchema[]): Shape {
  const known = shapes.get(fields);
  if (known !== undefined) return known;
  const shape: Shape = {
    places: new Map(
      fields.flatMap(({ name }, i) => [[name, i] as const, [name.toLowerCase(), i] as const]),
    ),
    types: fields.map((field) => typeOfField({ ...field, mode: "NULLABLE" })),
  };
  shapes.set(fields, shape);
  return shape;
}

function readField(
  value: unknown,
  field: FieldSchema,
  type: Type,
  path: string,
  ignoreUnknown: boolean,
  errors: RowError[],
): Plain {
  const name = `${path}${field.name}`;
  if (field.mode === "REPEATED") {
    if (value === undefined || value === null) return [];
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.map((item, i) => {
      if (item === null || item === undefined) {
        errors.push(error(`${name}[${i}]`, "Only optional fields can be set to NULL."));
        return null;
      }
      return readOne(
        item,
        field,
        type,
        Array.isArray(value) ? `${name}[${i}]` : name,
        ignoreUnknown,
        errors,
      );
    });
  }
  if (value === undefined || value === null) {
    if (field.mode === "REQUIRED") errors.push(error(name, `Missing required field: ${name}.`));
    return null;
  }
  if (Array.isArray(value)) {
    errors.push(error(name, `Array specified for non-repeated field: ${name}.`));
    return null;
  }
  return readOne(value, field, type, name, ignoreUnknown, errors);
}

function readOne(
  value: unknown,
  field: FieldSchema,
  type: Type,
  name: string,
  ignoreUnknown: boolean,
  errors: RowError[],
): Plain {
  if (type.kind === "STRUCT")
    return readRecord(value, field.fields ?? [], `${name}.`, ignoreUnknown, errors);
  const plain = readScalar(value, type);
  if (plain !== undefined) return plain;
  errors.push(error(name, problem(value, type)));
  return null;
}

const words: Readonly<Record<string, string>> = {
  INT64: "integer",
  FLOAT64: "double",
  BOOL: "boolean",
};

function problem(value: unknown, type: Type): string {
  if (typeof value === "object") return `This field is not a record but a ${type.kind}.`;
  const word = words[type.kind];
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return word === undefined
    ? `Invalid ${type.kind.toLowerCase()} value: ${text}`
    : `Cannot convert value to ${word} (bad value): ${text}`;
}
