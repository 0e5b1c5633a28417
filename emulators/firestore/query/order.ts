import type { StoredDocument } from "../database.ts";
import { documentId, type FieldPath, isDocumentId, parseFieldPath } from "../field-path.ts";
import { invalidArgument } from "../status.ts";
import { compareUtf8 } from "../strings.ts";
import { compareValues } from "../values.ts";
import type { Order, Value } from "../wire.ts";

export type OrderBy = readonly { readonly field: FieldPath; readonly sign: 1 | -1 }[];

/** The values of a document that its place in the order depends on. */
export type Key = readonly (Value | undefined)[];

/**
 * The whole order of a query: the one asked for, then the fields under inequalities (alphabetically), then
 * the document's name, both in the direction of the last one asked for.
 */
export function planOrder(asked: readonly Order[], inequalities: readonly string[]): OrderBy {
  const order: { field: FieldPath; sign: 1 | -1 }[] = asked.map(({ field, direction }) => ({
    field: parseFieldPath(field?.fieldPath),
    sign: direction === "DESCENDING" ? -1 : 1,
  }));
  const named = order.findIndex(({ field }) => isDocumentId(field));
  if (named !== -1 && named < order.length - 1)
    throw invalidArgument("order by clause cannot contain more fields after the key");
  const sign = order.at(-1)?.sign ?? 1;
  if (named !== -1) return order;
  const implied = [...inequalities.toSorted(compareUtf8), documentId].map(parseFieldPath);
  for (const field of implied)
    if (!order.some((other) => other.field.join("\0") === field.join("\0")))
      order.push({ field, sign });
  return order;
}

/** Compares documents; the keys are taken once per document. */
export function compileOrder(order: OrderBy, keyOf: (document: StoredDocument) => Key) {
  const keys = new WeakMap<StoredDocument, Key>();
  const cached = (document: StoredDocument): Key => {
    const key = keys.get(document) ?? keyOf(document);
    keys.set(document, key);
    return key;
  };
  return (a: StoredDocument, b: StoredDocument) => compareKeys(order, cached(a), cached(b));
}

/** Compares as far as `b` goes: the key of a cursor may be a prefix. */
export function compareKeys(order: OrderBy, a: Key, b: Key): number {
  for (const [i, { sign }] of order.entries()) {
    const left = a[i];
    const right = b[i];
    if (left === undefined || right === undefined) return 0;
    const result = compareValues(left, right);
    if (result !== 0) return result * sign;
  }
  return 0;
}
