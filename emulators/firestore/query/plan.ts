import { getField, isDocumentId, parseFieldPath, pickFields } from "../field-path.ts";
import type { FieldPath } from "../field-path.ts";
import type { StoredDocument } from "../database.ts";
import { formatName, type Resource, parseCollectionId } from "../names.ts";
import { failedPrecondition, invalidArgument, unimplemented } from "../status.ts";
import type { Fields, StructuredQuery, Value } from "../wire.ts";
import { compileFilter, hasPointFilter, inequalityFields, type Predicate } from "./filter.ts";
import { compileCursors } from "./cursor.ts";
import { compileOrder, type Key, type OrderBy, planOrder } from "./order.ts";

/** A query checked and ready to run. */
export interface QueryPlan {
  readonly parent: string;
  /** Absent: every collection. */
  readonly collectionId: string | undefined;
  readonly allDescendants: boolean;
  /** Whether a document belongs to the result, cursors included, limit and offset not. */
  readonly matches: Predicate;
  readonly compare: (a: StoredDocument, b: StoredDocument) => number;
  readonly offset: number;
  readonly limit: number;
  /** What of a document is handed out. */
  readonly project: (fields: Fields) => Fields;
}

/** Checks a query as the service does (INVALID_ARGUMENT) and plans it. */
export function planQuery({ database, path }: Resource, query: StructuredQuery): QueryPlan {
  const [from, ...more] = query.from;
  if (from === undefined || more.length > 0)
    throw invalidArgument("A query must have exactly one collection selector.");
  if (query.findNearest !== undefined && query.findNearest !== null)
    throw unimplemented("This emulator does not support vector search (find_nearest).");
  const valueOf = (document: StoredDocument, field: FieldPath): Value | undefined =>
    isDocumentId(field)
      ? { valueType: "referenceValue", referenceValue: formatName(database, document.path) }
      : getField(document.fields, field);

  const order = planOrder(query.orderBy, inequalityFields(query.where));
  if (isKeyScanDown(order) && !hasPointFilter(query.where))
    throw failedPrecondition("Firestore does not support descending key scans");
  const keyOf = (document: StoredDocument): Key =>
    order.map(({ field }) => valueOf(document, field));
  const filter = compileFilter(query.where, valueOf);
  const inRange = compileCursors(query, order);
  const offset = atLeastZero(query.offset ?? 0, "offset");
  return {
    parent: path,
    collectionId:
      from.collectionId === undefined ? undefined : parseCollectionId(from.collectionId),
    allDescendants: from.allDescendants ?? false,
    matches: (document) =>
      filter(document) && hasEvery(order, document, valueOf) && inRange(keyOf(document)),
    compare: compileOrder(order, keyOf),
    offset,
    limit: query.limit === undefined ? Infinity : atLeastZero(query.limit.value ?? 0, "limit"),
    project: projection(query.select),
  };
}

/** By name alone, last first: without a filter that an index can start from, the service refuses it. */
const isKeyScanDown = ([first]: OrderBy) =>
  first !== undefined && isDocumentId(first.field) && first.sign === -1;

/** Ordering by a field leaves out the documents without it. */
const hasEvery = (
  order: OrderBy,
  document: StoredDocument,
  valueOf: (document: StoredDocument, field: FieldPath) => Value | undefined,
) => order.every(({ field }) => valueOf(document, field) !== undefined);

function projection(select: StructuredQuery["select"]): (fields: Fields) => Fields {
  if (select === undefined) return (fields) => fields;
  const paths = select.fields
    .map(({ fieldPath }) => parseFieldPath(fieldPath))
    .filter((path) => !isDocumentId(path));
  return (fields) => pickFields(fields, paths);
}

function atLeastZero(value: number, name: string): number {
  if (value < 0) throw invalidArgument(`${name} is negative (${value}).`);
  return value;
}
