import type { ByName, QueryBody, SetOperation } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { coerce, convertSql, supertype } from "./coerce.ts";
import type { Context, OutputColumn, Relational } from "./context.ts";
import { readsOf } from "./partition-filter.ts";
import { literal, type Typed, typed } from "./typed.ts";
import { isGroupable, sameType, type Type, typeName } from "./types.ts";

type Analyze = (body: QueryBody, context: Context, targets?: readonly Type[]) => Relational;

/** UNION, INTERSECT and EXCEPT. A chain of one operator is taken as a whole, so that its columns have one type. */
export function setOperation(
  node: SetOperation,
  context: Context,
  targets: readonly Type[] | undefined,
  analyze: Analyze,
): Relational {
  if (node.all && node.op !== "UNION") throw new UnsupportedError(`${node.op} ALL`, node.at);
  if (node.byName !== undefined) return byName(node, node.byName, context, targets, analyze);
  const parts = chain(node);
  const first = parts.map((part) => analyze(part, context));
  const width = first[0]?.columns.length ?? 0;
  for (const part of first)
    if (part.columns.length !== width)
      throw new SqlError(
        `Queries in ${name(node)} have mismatched column count; query 1 has ${width} column${width === 1 ? "" : "s"}, query 2 has ${part.columns.length} column${part.columns.length === 1 ? "" : "s"}`,
        node.at,
      );
  const types = targets ?? Array.from({ length: width }, (_, i) => columnType(node, first, i));
  const results = parts.map((part, i) => {
    const result = first[i];
    return result.columns.every((column, k) => sameType(column.type, types[k]))
      ? result
      : analyze(part, context, types);
  });
  return combine(node, results, types, first[0]);
}

const name = (node: SetOperation) => `${node.op} ${node.all ? "ALL" : "DISTINCT"}`;

function combine(
  node: SetOperation,
  results: readonly Relational[],
  types: readonly Type[],
  head: Relational,
): Relational {
  if (!node.all)
    for (const type of types)
      if (!isGroupable(type))
        throw new SqlError(
          `Column of type ${typeName(type)} cannot be used in ${name(node)}`,
          node.at,
        );
  const word = node.op === "UNION" && node.all ? "UNION ALL" : node.op;
  const sql = results.map((result) => `(${result.sql})`).join(` ${word} `);
  const columns = head.columns.map((column, i): OutputColumn => ({
    name: column.name,
    type: named(types[i], column.type),
    reads: results.flatMap((result) => readsOf(result.columns[i])),
  }));
  return { sql, columns, value: head.value };
}

/** Field names come from the first query. */
const named = (type: Type, first: Type): Type => (sameType(type, first) ? first : type);

function columnType(node: SetOperation, parts: readonly Relational[], index: number): Type {
  const values = parts.map((part): Typed => {
    const column = part.columns[index];
    return column.value ?? typed("", column.type);
  });
  const type = supertype(values);
  if (type === undefined)
    throw new SqlError(
      `Column ${index + 1} in ${name(node)} has incompatible types: ${values.map((v) => typeName(v.type)).join(", ")}`,
      node.at,
    );
  return type;
}

/** Left-deep chains of one operator without names are one list. */
function chain(node: SetOperation): QueryBody[] {
  const parts: QueryBody[] = [];
  let body: QueryBody = node;
  while (
    body.kind === "set" &&
    body.op === node.op &&
    body.all === node.all &&
    body.byName === undefined
  ) {
    parts.unshift(body.right);
    body = body.left;
  }
  return [body, ...parts];
}

/** The result's columns in given types, where each has an implicit conversion. */
export function convertColumns(
  result: Relational,
  targets: readonly Type[],
  at: number,
): Relational {
  if (result.columns.every((c, i) => sameType(c.type, targets[i]))) return result;
  return project(
    result,
    targets.map((type, i) => ({ index: i, type, name: result.columns[i]?.name })),
    at,
  );
}

interface Picked {
  readonly index: number | undefined;
  readonly type: Type;
  readonly name: string | undefined;
}

function project(result: Relational, picked: readonly Picked[], at: number): Relational {
  const items = picked.map(({ index, type }, i) => {
    const column = index === undefined ? undefined : result.columns[index];
    if (column === undefined) return `${literal(null, type).sql} AS c${i}`;
    const constant = column.value?.literal === undefined ? undefined : coerce(column.value, type);
    if (constant !== undefined) return `${constant.sql} AS c${i}`;
    if (sameType(column.type, type)) return `s.c${index} AS c${i}`;
    if (coerce(typed("", column.type), type) === undefined)
      throw new SqlError(
        `Column of type ${typeName(column.type)} does not coerce to ${typeName(type)}`,
        at,
      );
    return `${convertSql(`s.c${index}`, column.type, type)} AS c${i}`;
  });
  const columns = picked.map(({ name, type }): OutputColumn => ({ name, type }));
  return {
    sql: `SELECT ${items.join(", ")} FROM (${result.sql}) AS s`,
    columns,
    value: result.value,
  };
}

function byName(
  node: SetOperation,
  { outer, on }: ByName,
  context: Context,
  targets: readonly Type[] | undefined,
  analyze: Analyze,
): Relational {
  const sides = [analyze(node.left, context), analyze(node.right, context)] as const;
  const maps = sides.map((side) => columnsByName(side, node));
  const [left, right] = maps as [Map<string, number>, Map<string, number>];
  const names =
    on === undefined ? keptNames(outer, left, right, sides, node) : on.map((n) => n.toUpperCase());
  for (const wanted of on ?? []) {
    const key = wanted.toUpperCase();
    const missing =
      outer === "left"
        ? !left.has(key)
        : outer === "full"
          ? !left.has(key) && !right.has(key)
          : !left.has(key) || !right.has(key);
    if (missing)
      throw new SqlError(
        `Column ${wanted} in the name list is missing from a query of ${name(node)}`,
        node.at,
      );
  }
  if (names.length === 0)
    throw new SqlError(`Queries in ${name(node)} have no column name in common`, node.at);
  const types = names.map((key, i) => {
    const values = sides.flatMap((side, s): Typed[] => {
      const column = side.columns[maps[s]?.get(key) ?? -1];
      return column === undefined ? [] : [column.value ?? typed("", column.type)];
    });
    const type = targets?.[i] ?? supertype(values);
    if (type === undefined)
      throw new SqlError(`Column ${key} in ${name(node)} has incompatible types`, node.at);
    return type;
  });
  const spelled = names.map(
    (key, i) =>
      on?.[i] ??
      sides[left.has(key) ? 0 : 1].columns[(left.get(key) ?? right.get(key)) as number]?.name,
  );
  const results = sides.map((side, s) =>
    project(
      side,
      names.map((key, i) => ({
        index: maps[s]?.get(key),
        type: types[i],
        name: spelled[i],
      })),
      node.at,
    ),
  );
  return combine(node, results, types, results[0]);
}

function columnsByName(side: Relational, node: SetOperation): Map<string, number> {
  const map = new Map<string, number>();
  for (const [i, column] of side.columns.entries()) {
    const key = column.name?.toUpperCase();
    if (key === undefined || map.has(key))
      throw new SqlError(
        `Columns of queries in ${name(node)} BY NAME must have different names`,
        node.at,
      );
    map.set(key, i);
  }
  return map;
}

function keptNames(
  outer: ByName["outer"],
  left: ReadonlyMap<string, number>,
  right: ReadonlyMap<string, number>,
  _sides: readonly Relational[],
  node: SetOperation,
): string[] {
  const leftNames = [...left.keys()];
  if (outer === "left") {
    if (!leftNames.some((key) => right.has(key))) return [];
    return leftNames;
  }
  if (outer === "full") return [...leftNames, ...[...right.keys()].filter((key) => !left.has(key))];
  const common = leftNames.filter((key) => right.has(key));
  if (outer === "strict" && (common.length !== left.size || common.length !== right.size))
    throw new SqlError(`Queries in ${name(node)} BY NAME must have the same column names`, node.at);
  return common;
}
