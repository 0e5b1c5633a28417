import { compareNumbers } from "./numbers.ts";
import { comparePaths, compareUtf8 } from "./strings.ts";
import { toMicros } from "./time.ts";
import type { Fields, GeoPoint, Value } from "./wire.ts";

export const nullValue: Value = { valueType: "nullValue", nullValue: "NULL_VALUE" };

/**
 * Firestore's order over every type:
 * https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering
 */
export function compareValues(a: Value, b: Value): number {
  const types = typeRank(a) - typeRank(b);
  return types === 0 ? compareSameType(a, b) : types;
}

/** Equality as filters and array transforms see it: 1 equals 1.0, and NaN equals NaN. */
export const isEqual = (a: Value, b: Value) => compareValues(a, b) === 0;

/** A vector is a map with a reserved field; it sorts between arrays and maps. */
const isVector = (value: Value) =>
  value.valueType === "mapValue" && Object.hasOwn(value.mapValue.fields, "__type__");

const ranks: Record<Value["valueType"], number> = {
  nullValue: 0,
  booleanValue: 1,
  integerValue: 2,
  doubleValue: 2,
  timestampValue: 3,
  stringValue: 4,
  bytesValue: 5,
  referenceValue: 6,
  geoPointValue: 7,
  arrayValue: 8,
  mapValue: 10,
};

/** Values of one rank are of comparable type: a range filter matches only within a rank. */
export const typeRank = (value: Value) => (isVector(value) ? 9 : ranks[value.valueType]);

function compareSameType(a: Value, b: Value): number {
  switch (a.valueType) {
    case "nullValue":
      return 0;
    case "booleanValue":
      return Number(a.booleanValue) - Number(as(b, "booleanValue").booleanValue);
    case "integerValue":
    case "doubleValue":
      return compareNumbers(a, b as typeof a);
    case "timestampValue":
      return toMicros(a.timestampValue) - toMicros(as(b, "timestampValue").timestampValue);
    case "stringValue":
      return compareUtf8(a.stringValue, as(b, "stringValue").stringValue);
    case "bytesValue":
      return Buffer.compare(a.bytesValue, as(b, "bytesValue").bytesValue);
    case "referenceValue":
      return comparePaths(a.referenceValue, as(b, "referenceValue").referenceValue);
    case "geoPointValue":
      return compareGeoPoints(a.geoPointValue, as(b, "geoPointValue").geoPointValue);
    case "arrayValue":
      return compareLists(a.arrayValue.values, as(b, "arrayValue").arrayValue.values);
    default: {
      const right = as(b, "mapValue").mapValue.fields;
      return isVector(a)
        ? compareVectors(a.mapValue.fields, right)
        : compareMaps(a.mapValue.fields, right);
    }
  }
}

/** `value` seen as `type`; the ranks have been compared, so it is one. */
const as = <T extends Value["valueType"]>(value: Value, _type: T) =>
  value as Extract<Value, { valueType: T }>;

function compareGeoPoints(a: GeoPoint, b: GeoPoint): number {
  return (a.latitude ?? 0) - (b.latitude ?? 0) || (a.longitude ?? 0) - (b.longitude ?? 0);
}

function compareLists(a: readonly Value[], b: readonly Value[]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i];
    if (right === undefined) return 1;
    const order = compareValues(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Entry by entry in the order of the keys: key first, then value; then the one with fewer entries. */
function compareMaps(a: Fields, b: Fields): number {
  const left = sortedEntries(a);
  const right = sortedEntries(b);
  for (const [i, [key, value]] of left.entries()) {
    const other = right[i];
    if (other === undefined) return 1;
    const order = compareUtf8(key, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const sortedEntries = (fields: Fields) =>
  Object.entries(fields).toSorted(([a], [b]) => compareUtf8(a, b));

/** By dimension first, then element by element. */
function compareVectors(a: Fields, b: Fields): number {
  const left = elements(a);
  const right = elements(b);
  return left.length - right.length || compareLists(left, right);
}

const elements = ({ value }: Fields) =>
  value?.valueType === "arrayValue" ? value.arrayValue.values : [];
