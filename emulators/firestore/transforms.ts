import { add, compareNumbers, isNaNValue, isNumber, type NumberValue } from "./numbers.ts";
import { getField, parseFieldPath, withField } from "./field-path.ts";
import { checkFields } from "./limits.ts";
import { invalidArgument } from "./status.ts";
import { type Micros, toTimestamp } from "./time.ts";
import { isEqual, nullValue } from "./values.ts";
import type { FieldTransform, Fields, Value } from "./wire.ts";

/** The fields after the transforms, and what each one answers (an array transform answers null). */
export interface Transformed {
  readonly fields: Fields;
  readonly results: readonly Value[];
}

export function applyTransforms(
  fields: Fields,
  transforms: readonly FieldTransform[],
  now: Micros,
): Transformed {
  if (transforms.length === 0) return { fields, results: [] };
  const results: Value[] = [];
  let after = fields;
  for (const transform of transforms) {
    const path = parseFieldPath(transform.fieldPath);
    const value = transformed(getField(after, path), transform, now);
    after = withField(after, path, value);
    results.push(value.valueType === "arrayValue" ? nullValue : value);
  }
  return { fields: checkFields(after), results };
}

function transformed(old: Value | undefined, transform: FieldTransform, now: Micros): Value {
  const { increment, maximum, minimum, appendMissingElements, removeAllFromArray } = transform;
  if (transform.setToServerValue === "REQUEST_TIME") return requestTime(now);
  if (increment !== undefined) {
    const operand = numberOperand(increment, "increment");
    return isNumber(old) ? add(old, operand) : operand;
  }
  if (maximum !== undefined) return extreme(old, numberOperand(maximum, "maximum"), 1);
  if (minimum !== undefined) return extreme(old, numberOperand(minimum, "minimum"), -1);
  if (appendMissingElements !== undefined)
    return union(elements(old), appendMissingElements.values);
  if (removeAllFromArray !== undefined)
    return array(elements(old).filter((item) => !includes(removeAllFromArray.values, item)));
  throw invalidArgument(`The transform of field "${transform.fieldPath}" has no operation.`);
}

/** The request's time has milliseconds only, unlike a document's update time. */
const requestTime = (now: Micros): Value => ({
  valueType: "timestampValue",
  timestampValue: toTimestamp(now - (now % 1000)),
});

function numberOperand(value: Value, name: string): NumberValue {
  if (!isNumber(value)) throw invalidArgument(`The operand of ${name} must be a number.`);
  return value;
}

/** The greater (`sign` 1) or lesser (-1); NaN wins, and of equal numbers the stored one stays. */
function extreme(old: Value | undefined, operand: NumberValue, sign: 1 | -1): Value {
  if (!isNumber(old)) return operand;
  if (isNaNValue(old) || isNaNValue(operand)) return isNaNValue(old) ? old : operand;
  return sign * compareNumbers(operand, old) > 0 ? operand : old;
}

function union(old: readonly Value[], added: readonly Value[]): Value {
  const values = [...old];
  for (const item of added) if (!includes(values, item)) values.push(item);
  return array(values);
}

const elements = (value: Value | undefined) =>
  value?.valueType === "arrayValue" ? value.arrayValue.values : [];

const includes = (values: readonly Value[], item: Value) =>
  values.some((value) => isEqual(value, item));

const array = (values: readonly Value[]): Value => ({
  valueType: "arrayValue",
  arrayValue: { values },
});
