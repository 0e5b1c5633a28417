import type { StoredDocument } from "../database.ts";
import { documentId, type FieldPath, parseFieldPath } from "../field-path.ts";
import { isNaNValue } from "../numbers.ts";
import { invalidArgument } from "../status.ts";
import { compareValues, isEqual, typeRank } from "../values.ts";
import type { Filter, Value } from "../wire.ts";
import { checkFilter, isInequality } from "./check.ts";

export type Predicate = (document: StoredDocument) => boolean;

/** The value of a field, `__name__` included. */
export type ValueOf = (document: StoredDocument, field: FieldPath) => Value | undefined;

/** A test of one value that exists. */
type Test = (value: Value) => boolean;

/** Checks a filter and makes it a predicate. A field that a document lacks matches nothing. */
export function compileFilter(filter: Filter | undefined, valueOf: ValueOf): Predicate {
  if (filter === undefined) return () => true;
  checkFilter(filter);
  return compile(filter, valueOf);
}

/** The fields under inequality filters, which a query without an order is ordered by. */
export function inequalityFields(filter: Filter | undefined): string[] {
  const { compositeFilter, fieldFilter, unaryFilter } = filter ?? {};
  if (compositeFilter !== undefined) return compositeFilter.filters.flatMap(inequalityFields);
  const { op, field } = fieldFilter ?? unaryFilter ?? {};
  return isInequality(op) ? [field?.fieldPath ?? ""] : [];
}

/** Whether some field other than the name is filtered by anything but an inequality. */
export function hasPointFilter(filter: Filter | undefined): boolean {
  const { compositeFilter, fieldFilter, unaryFilter } = filter ?? {};
  if (compositeFilter !== undefined) return compositeFilter.filters.some(hasPointFilter);
  const { op, field } = fieldFilter ?? unaryFilter ?? {};
  return op !== undefined && !isInequality(op) && field?.fieldPath !== documentId;
}

function compile(
  { compositeFilter, fieldFilter, unaryFilter }: Filter,
  valueOf: ValueOf,
): Predicate {
  if (compositeFilter !== undefined) {
    const parts = compositeFilter.filters.map((part) => compile(part, valueOf));
    return compositeFilter.op === "OR"
      ? (document) => parts.some((part) => part(document))
      : (document) => parts.every((part) => part(document));
  }
  const path = parseFieldPath((fieldFilter ?? unaryFilter)?.field?.fieldPath);
  const test =
    fieldFilter === undefined
      ? unaryTest(unaryFilter?.op)
      : fieldTest(fieldFilter.op, operandOf(fieldFilter.value));
  return (document) => {
    const value = valueOf(document, path);
    return value !== undefined && test(value);
  };
}

function operandOf(value: Value | undefined): Value {
  if (value?.valueType === undefined) throw invalidArgument("A field filter must have a value.");
  return value;
}

const isNull: Test = ({ valueType }) => valueType === "nullValue";

function unaryTest(op: string | undefined): Test {
  switch (op) {
    case "IS_NAN":
      return isNaNValue;
    case "IS_NULL":
      return isNull;
    case "IS_NOT_NAN":
      return (value) => !isNull(value) && !isNaNValue(value);
    case "IS_NOT_NULL":
      return (value) => !isNull(value);
    default:
      throw invalidArgument(`Unknown unary operator "${op}".`);
  }
}

function fieldTest(op: string | undefined, operand: Value): Test {
  const elements = operand.valueType === "arrayValue" ? operand.arrayValue.values : [];
  // NaN and null are found by the unary operators alone.
  const wanted = elements.filter((value) => !isNull(value) && !isNaNValue(value));
  switch (op) {
    case "EQUAL":
      return (value) => isEqual(value, operand);
    case "NOT_EQUAL":
      return (value) => !isNull(value) && !isEqual(value, operand);
    case "LESS_THAN":
      return range(operand, (order) => order < 0);
    case "LESS_THAN_OR_EQUAL":
      return range(operand, (order) => order <= 0);
    case "GREATER_THAN":
      return range(operand, (order) => order > 0);
    case "GREATER_THAN_OR_EQUAL":
      return range(operand, (order) => order >= 0);
    case "IN":
      return (value) => includes(wanted, value);
    case "NOT_IN":
      if (elements.some(isNull)) return () => false;
      return (value) => !isNull(value) && !includes(elements, value);
    case "ARRAY_CONTAINS":
      return containsAny([operand]);
    case "ARRAY_CONTAINS_ANY":
      return containsAny(wanted);
    default:
      throw invalidArgument(`Unknown operator "${op}".`);
  }
}

/** Only values of the operand's own type compare, and NaN is on neither side of a number. */
const range =
  (operand: Value, accept: (order: number) => boolean): Test =>
  (value) =>
    typeRank(value) === typeRank(operand) &&
    isNaNValue(value) === isNaNValue(operand) &&
    accept(compareValues(value, operand));

const containsAny =
  (wanted: readonly Value[]): Test =>
  (value) =>
    value.valueType === "arrayValue" &&
    value.arrayValue.values.some((item) => includes(wanted, item));

const includes = (values: readonly Value[], item: Value) =>
  values.some((value) => isEqual(value, item));
