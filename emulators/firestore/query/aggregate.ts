import type { StoredDocument } from "../database.ts";
import { getField, parseFieldPath } from "../field-path.ts";
import { double, integer, isNumber, sum, toNumber } from "../numbers.ts";
import { invalidArgument } from "../status.ts";
import { nullValue } from "../values.ts";
import type { Aggregation, Value } from "../wire.ts";

const maxAggregations = 5;

/**
 * Counts, sums and averages over what a query found. As on the service, documents without one of the
 * aggregated fields are left out of every aggregation, and values that are no numbers out of sums and averages.
 */
export function aggregate(
  found: readonly StoredDocument[],
  aggregations: readonly Aggregation[],
): Record<string, Value> {
  if (aggregations.length === 0 || aggregations.length > maxAggregations)
    throw invalidArgument(`A query takes 1 to ${maxAggregations} aggregations.`);
  const paths = aggregations
    .map(({ sum, avg }) => (sum ?? avg)?.field?.fieldPath)
    .filter((path) => path !== undefined)
    .map(parseFieldPath);
  const documents = found.filter(({ fields }) =>
    paths.every((path) => getField(fields, path) !== undefined),
  );
  return Object.fromEntries(
    aggregations.map((aggregation, i) => [
      aggregation.alias ?? `field_${i + 1}`,
      compute(documents, aggregation),
    ]),
  );
}

function compute(documents: readonly StoredDocument[], aggregation: Aggregation): Value {
  const { count, sum: total, avg } = aggregation;
  if (count !== undefined)
    return integer(Math.min(documents.length, Number(count.upTo?.value ?? Infinity)));
  const path = parseFieldPath((total ?? avg)?.field?.fieldPath);
  const numbers = documents.map(({ fields }) => getField(fields, path)).filter(isNumber);
  if (total !== undefined) return sum(numbers);
  if (numbers.length === 0) return nullValue;
  return double(toNumber(sum(numbers)) / numbers.length);
}
