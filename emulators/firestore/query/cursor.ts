import { isDocumentId } from "../field-path.ts";
import { invalidArgument } from "../status.ts";
import type { Cursor, StructuredQuery } from "../wire.ts";
import { compareKeys, type Key, type OrderBy } from "./order.ts";

/** Whether a key lies between the query's cursors. */
export function compileCursors(
  { startAt, endAt }: Pick<StructuredQuery, "startAt" | "endAt">,
  order: OrderBy,
): (key: Key) => boolean {
  for (const cursor of [startAt, endAt]) checkCursor(cursor, order);
  return (key) =>
    (startAt === undefined || isAfterStart(compareKeys(order, key, startAt.values), startAt)) &&
    (endAt === undefined || isBeforeEnd(compareKeys(order, key, endAt.values), endAt));
}

/** `before` a start means: including it. */
const isAfterStart = (place: number, { before = false }: Cursor) =>
  before ? place >= 0 : place > 0;

/** `before` an end means: leaving it out. */
const isBeforeEnd = (place: number, { before = false }: Cursor) =>
  before ? place < 0 : place <= 0;

function checkCursor(cursor: Cursor | undefined, order: OrderBy): void {
  if (cursor === undefined) return;
  if (cursor.values.length > order.length)
    throw invalidArgument("A cursor has more values than the query has order by fields.");
  for (const [i, value] of cursor.values.entries()) {
    const field = order[i]?.field;
    if (field !== undefined && isDocumentId(field) && value.valueType !== "referenceValue")
      throw invalidArgument("The value of a cursor for __name__ must be a reference.");
  }
}
