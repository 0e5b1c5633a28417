import { invalidArgument } from "./status.ts";
import type { Fields, Value } from "./wire.ts";

/** https://firebase.google.com/docs/firestore/quotas#limits */
const maxDocumentBytes = 1_048_576;
const maxFieldValueBytes = 1_048_487;
const maxDepth = 20;

/** Checks what is about to be stored, and rounds timestamps down to the microsecond as the service does. */
export function checkFields(fields: Fields): Fields {
  return mapFields(fields, 1);
}

/** Refuses a document over 1 MiB. `path` is its path inside the database. */
export function checkSize(name: string, path: string, fields: Fields): void {
  for (const [key, value] of Object.entries(fields))
    if (sizeOf(value) > maxFieldValueBytes + overhead(value))
      throw invalidArgument(
        `The value of property "${key}" is longer than ${maxFieldValueBytes} bytes.`,
      );
  const size = documentSize(path, fields);
  if (size > maxDocumentBytes)
    throw invalidArgument(
      `Document '${name}' cannot be written because its size (${size} bytes) exceeds the maximum allowed size of ${maxDocumentBytes} bytes.`,
    );
}

/** In bytes; https://firebase.google.com/docs/firestore/storage-size#document_size */
export const documentSize = (path: string, fields: Fields) =>
  nameSize(path) + fieldsSize(fields) + 32;

/** A string is stored with one byte more than it has; the limit on a field's value does not count that. */
const overhead = (value: Value) => (value.valueType === "stringValue" ? 1 : 0);

function mapFields(fields: Fields, depth: number): Fields {
  if (depth > maxDepth + 1)
    throw invalidArgument(`Property is nested deeper than ${maxDepth} levels.`);
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      checkFieldName(key, value);
      return [key, checkValue(value, depth)];
    }),
  );
}

/** The one reserved name a client may send is the mark of a vector. */
function checkFieldName(key: string, value: Value): void {
  if (key === "") throw invalidArgument("A field name must not be empty.");
  if (/^__.*__$/s.test(key) && !(key === "__type__" && isVectorMark(value)))
    throw invalidArgument(`field name ${key} is reserved`);
  if (Buffer.byteLength(key) > 1500)
    throw invalidArgument(`The field name "${key.slice(0, 40)}…" is longer than 1500 bytes.`);
}

const isVectorMark = (value: Value) =>
  value.valueType === "stringValue" && value.stringValue === "__vector__";

function checkValue(value: Value, depth: number): Value {
  switch (value.valueType) {
    case "timestampValue": {
      const { seconds = "0", nanos = 0 } = value.timestampValue;
      return { ...value, timestampValue: { seconds, nanos: nanos - (nanos % 1000) } };
    }
    case "arrayValue":
      return { ...value, arrayValue: { values: checkList(value.arrayValue.values, depth) } };
    case "mapValue":
      return { ...value, mapValue: { fields: mapFields(value.mapValue.fields, depth + 1) } };
    case undefined:
      throw invalidArgument("A value has no type.");
    default:
      return value;
  }
}

function checkList(values: readonly Value[], depth: number): Value[] {
  return values.map((value) => {
    if (value.valueType === "arrayValue")
      throw invalidArgument("Cannot convert an array value in an array value.");
    return checkValue(value, depth + 1);
  });
}

function sizeOf(value: Value): number {
  switch (value.valueType) {
    case "nullValue":
    case "booleanValue":
      return 1;
    case "integerValue":
    case "doubleValue":
    case "timestampValue":
      return 8;
    case "geoPointValue":
      return 16;
    case "stringValue":
      return Buffer.byteLength(value.stringValue) + 1;
    case "bytesValue":
      return value.bytesValue.length;
    case "referenceValue":
      return nameSize(value.referenceValue.split("/").slice(5).join("/"));
    case "arrayValue":
      return value.arrayValue.values.reduce((sum, item) => sum + sizeOf(item), 0);
    default:
      return fieldsSize(value.mapValue.fields);
  }
}

const fieldsSize = (fields: Fields) =>
  Object.entries(fields).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + 1 + sizeOf(value),
    0,
  );

const nameSize = (path: string) =>
  path.split("/").reduce((sum, id) => sum + Buffer.byteLength(id) + 1, 16);
