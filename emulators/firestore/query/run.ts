import type { Database, StoredDocument } from "../database.ts";
import { isBelow, joinPath, lastSegment, parentPath } from "../names.ts";
import type { Micros } from "../time.ts";
import type { QueryPlan } from "./plan.ts";

/** The documents that answer a query, in its order. */
export function runQuery(
  database: Database,
  plan: QueryPlan,
  at?: Micros,
): readonly StoredDocument[] {
  const found: StoredDocument[] = [];
  for (const collection of collectionsOf(database, plan))
    for (const document of database.documents(collection, at))
      if (plan.matches(document)) found.push(document);
  return found.toSorted(plan.compare).slice(plan.offset, plan.offset + plan.limit);
}

/** Whether a document at `path` is in a collection that the query reads. */
export function isInScope({ parent, collectionId, allDescendants }: QueryPlan, path: string) {
  const collection = parentPath(path);
  if (collectionId !== undefined && lastSegment(collection) !== collectionId) return false;
  const above = parentPath(collection);
  return above === parent || (allDescendants && isBelow(above, parent));
}

function collectionsOf(database: Database, plan: QueryPlan): readonly string[] {
  const { parent, collectionId, allDescendants } = plan;
  if (!allDescendants && collectionId !== undefined) return [joinPath(parent, collectionId)];
  return database
    .collectionPaths(parent)
    .filter((collection) => isInScope(plan, joinPath(collection, "any")));
}
