import type { FromItem, Query, QueryBody, Select } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { containsAggregate, containsAnalytic } from "./call.ts";

/** Whether a table of this name is read anywhere inside. */
export function references(node: unknown, name: string): boolean {
  return countReferences(node, name) > 0;
}

function countReferences(node: unknown, name: string): number {
  if (Array.isArray(node)) return node.reduce<number>((n, x) => n + countReferences(x, name), 0);
  if (typeof node !== "object" || node === null) return 0;
  const { kind, path } = node as { kind?: string; path?: readonly string[] };
  const own =
    kind === "table" && path?.length === 1 && path[0]?.toUpperCase() === name.toUpperCase();
  return Object.values(node).reduce<number>(
    (n, part) => n + countReferences(part, name),
    own ? 1 : 0,
  );
}

const refuse = (name: string, why: string, at: number): never => {
  throw new SqlError(`A subquery with a recursive reference to ${name} ${why}`, at);
};

/**
 * What BigQuery allows around the one recursive reference: SELECTs that filter, compute and join, the reference in their
 * FROM and not on the nullable side of a join (Query syntax, "Rules and constraints for recursive CTEs").
 */
export function checkRecursiveTerm(body: QueryBody, name: string): void {
  if (countReferences(body, name) > 1)
    throw new SqlError(
      `Multiple recursive references to ${name} in its recursive term are not supported`,
      body.at,
    );
  checkBody(body, name);
}

function checkBody(body: QueryBody, name: string): void {
  if (!references(body, name)) return;
  if (body.kind === "select") checkSelect(body, name);
  else if (body.kind === "nested") checkQuery(body.query, name);
  else if (body.kind === "from") checkFrom(body.from, name);
  else refuse(name, "must be a SELECT, not a set operation", body.at);
}

const endingPipes = /^(?:aggregate|distinct|orderBy|limit|set-operation)$/;

function checkQuery(query: Query, name: string): void {
  if (query.orderBy.length > 0 || query.limit !== undefined)
    refuse(name, "cannot contain an ORDER BY or LIMIT clause", query.at);
  const pipe = query.pipes.find(({ kind }) => endingPipes.test(kind));
  if (pipe !== undefined) refuse(name, "cannot aggregate, order, limit or combine rows", pipe.at);
  checkBody(query.body, name);
}

function checkSelect(select: Select, name: string): void {
  const { from, at, ...rest } = select;
  if (references(rest, name)) refuse(name, "can only have it in its FROM clause", at);
  if (select.distinct || select.groupBy !== undefined)
    refuse(name, "cannot contain the DISTINCT keyword or a GROUP BY clause", at);
  if (containsAggregate([select.items, select.having]))
    refuse(name, "cannot invoke aggregate functions", at);
  if (containsAnalytic([select.items, select.qualify]))
    refuse(name, "cannot invoke window functions", at);
  if (from !== undefined) checkFrom(from, name);
}

function checkFrom(item: FromItem, name: string): void {
  if (!references(item, name)) return;
  if (item.kind === "query") checkQuery(item.query, name);
  else if (item.kind === "unnest") refuse(name, "can only have it in its FROM clause", item.at);
  else if (item.kind === "pivot") refuse(name, "cannot invoke aggregate functions", item.at);
  else if (item.kind === "unpivot" || item.kind === "sample") checkFrom(item.input, name);
  else if (item.kind === "join") {
    const inLeft = references(item.left, name);
    const nullable = inLeft ? "right" : "left";
    if (item.type === "full" || item.type === nullable)
      refuse(name, "cannot have it on the side of an outer join that may be NULL", item.at);
    if (references(item.on, name)) refuse(name, "can only have it in its FROM clause", item.at);
    checkFrom(inLeft ? item.left : item.right, name);
  }
}
