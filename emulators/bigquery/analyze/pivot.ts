import type { Call, Expr, FromItem } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { civilName } from "../functions/pivot-name.ts";
import { coerce, supertype } from "./coerce.ts";
import { aggregateSql } from "./aggregate.ts";
import type { Context, OutputColumn } from "./context.ts";
import { type FromResult, fromQuery } from "./from-query.ts";
import type { Column } from "./scope.ts";
import { literal, type Typed, typed } from "./typed.ts";
import { isGroupable, sameType, STRING, INT64, typeName } from "./types.ts";

type AnalyzeFrom = (item: FromItem, context: Context) => FromResult;

const columnsOf = (input: FromResult): Column[] =>
  input.relations.flatMap((r) => r.columns).filter((c) => c.hidden !== true);

const inside = (input: FromResult, context: Context, clause: string): Context => ({
  ...context,
  scope: {
    relations: input.relations,
    ...(context.scope.outer === undefined ? {} : { outer: context.scope.outer }),
  },
  clause,
});

/** PIVOT: groups by every column that it does not name, and has a column for each value and aggregate. */
export function pivotItem(
  item: Extract<FromItem, { kind: "pivot" }>,
  context: Context,
  analyzeFrom: AnalyzeFrom,
): FromResult {
  const input = analyzeFrom(item.input, context);
  const rows = inside(input, context, "PIVOT");
  const on = rows.analyzer.expr(item.on, rows);
  const values = item.values.map(({ expr, alias }) => {
    const value = rows.analyzer.expr(expr, rows);
    const converted = coerce(value, on.type);
    if (value.literal === undefined || converted === undefined)
      throw new SqlError(`PIVOT value must be a constant of type ${typeName(on.type)}`, expr.at);
    return {
      value: converted,
      name: alias ?? civilName(converted.literal === undefined ? value : converted),
    };
  });
  const used = new Set([on.sql]);
  const calls = item.aggregates.map(({ expr, alias }) => {
    if (expr.kind !== "call")
      throw new SqlError("PIVOT expression must be an aggregate function call", expr.at);
    for (const name of namesIn([expr.args, expr.orderBy, expr.having])) {
      const column = columnsOf(input).find((c) => c.name?.toUpperCase() === name.toUpperCase());
      if (column !== undefined) used.add(column.value.sql);
    }
    return { call: expr, alias };
  });
  if (calls.length > 1 && calls.some((c) => c.alias === undefined))
    throw new SqlError("PIVOT expressions must have aliases when there is more than one", item.at);
  const keys = columnsOf(input).filter((c) => !used.has(c.value.sql));
  for (const key of keys)
    if (!isGroupable(key.value.type))
      throw new SqlError(
        `Column of type ${typeName(key.value.type)} cannot be grouped by in PIVOT`,
        item.at,
      );
  const cells = values.flatMap(({ value, name }) =>
    calls.map(({ call, alias }) => ({
      name: alias === undefined ? name : `${alias}_${name.replace(/^_(?=\d)/, "")}`,
      value: filtered(call, on, value, rows),
    })),
  );
  const outputs: { name: string | undefined; value: Typed }[] = [
    ...keys.map((k) => ({ name: k.name, value: k.value })),
    ...cells,
  ];
  const list = outputs.map(({ value }, i) => `${value.sql} AS c${i}`).join(", ");
  const group = keys.length === 0 ? "" : ` GROUP BY ${keys.map((k) => k.value.sql).join(", ")}`;
  const columns = outputs.map(({ name, value }): OutputColumn => ({ name, type: value.type }));
  const source = input.sql.replace(/^LATERAL /, "");
  return fromQuery(
    { sql: `SELECT ${list} FROM ${source}${group}`, columns, value: false },
    item.alias,
    context,
  );
}

/** The aggregate over the rows of one value: the others count as if they were not there. */
function filtered(call: Call, on: Typed, value: Typed, rows: Context): Typed {
  const condition = `${on.sql} IS NOT DISTINCT FROM ${value.sql}`;
  const { sql, type, finish } = aggregateSql(call, rows);
  if (finish !== undefined || /\) FILTER \(|^CASE|^gsql_/.test(sql))
    return splitFilter(call, sql, type, condition);
  const cut = /^(list_slice|array_to_string)\(/.test(sql) ? undefined : sql;
  if (cut === undefined) return splitFilter(call, sql, type, condition);
  return typed(`${sql} FILTER (WHERE ${condition})`, type);
}

/** Where the SQL has several aggregates inside, each gets the condition. */
function splitFilter(call: Call, sql: string, type: Typed["type"], condition: string): Typed {
  const aggregate = /\b(?:list|sum|avg|bool_and|bool_or|min|max|count|any_value)\(/g;
  let out = "";
  let at = 0;
  for (const match of sql.matchAll(aggregate)) {
    if (match.index < at) continue;
    const end = closing(sql, match.index + match[0].length);
    const existing = /^ FILTER \(WHERE /.exec(sql.slice(end));
    out += sql.slice(at, end);
    at = end;
    if (existing === null) out += ` FILTER (WHERE ${condition})`;
    else {
      const stop = closing(sql, end + " FILTER (".length);
      out += ` FILTER (WHERE ${sql.slice(end + existing[0].length, stop - 1)} AND ${condition})`;
      at = stop;
    }
  }
  if (at === 0) throw new UnsupportedError(`${call.name} in PIVOT`, call.at);
  return typed(out + sql.slice(at), type);
}

/** The place after the parenthesis that closes the one before `from`; strings are stepped over. */
function closing(sql: string, from: number): number {
  let depth = 1;
  for (let i = from; i < sql.length; i += 1) {
    const char = sql.charAt(i);
    if (char === "'" || char === '"') i = sql.indexOf(char, i + 1);
    else if (char === "(") depth += 1;
    else if (char === ")" && (depth -= 1) === 0) return i + 1;
  }
  throw new RangeError("unbalanced SQL");
}

function namesIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap((part) => namesIn(part));
  if (typeof node !== "object" || node === null) return [];
  const { kind, name } = node as { kind?: string; name?: string };
  const own = (kind === "name" || kind === "dot") && name !== undefined ? [name] : [];
  return [...own, ...Object.values(node).flatMap((part) => namesIn(part))];
}

/** UNPIVOT: a row for each listed column, its name in one column and its value in another. */
export function unpivotItem(
  item: Extract<FromItem, { kind: "unpivot" }>,
  context: Context,
  analyzeFrom: AnalyzeFrom,
): FromResult {
  const input = analyzeFrom(item.input, context);
  const all = columnsOf(input);
  const find = (name: string, at: number): Column => {
    const column = all.find((c) => c.name?.toUpperCase() === name.toUpperCase());
    if (column === undefined) throw new SqlError(`Column ${name} not found in UNPIVOT input`, at);
    return column;
  };
  const listed = new Set<string>();
  const groups = item.columns.map(({ columns, label, at }) => {
    for (const name of columns) {
      if (listed.has(name.toUpperCase()))
        throw new SqlError(`Column ${name} is listed twice in UNPIVOT`, at);
      listed.add(name.toUpperCase());
    }
    if (columns.length !== item.values.length)
      throw new SqlError(
        `UNPIVOT value column count ${item.values.length} does not match column group of ${columns.length}`,
        at,
      );
    const found = columns.map((name) => find(name, at));
    return { found, at, label: labelOf(label, found, context) };
  });
  const types = item.values.map((_, i) => {
    const [first, ...others] = groups.map((g) => g.found[i].value);
    const wrong = others.find((other) => first !== undefined && !sameType(other.type, first.type));
    if (first === undefined || wrong !== undefined)
      throw new SqlError(
        `The datatype of column does not match with other datatypes in the IN clause of UNPIVOT`,
        item.at,
      );
    return first.type;
  });
  const labelType = supertype(groups.map((g) => g.label));
  if (labelType === undefined) throw new SqlError("UNPIVOT labels must have one type", item.at);
  const used = new Set(groups.flatMap((g) => g.found.map((c) => c.value.sql)));
  const keys = all.filter((c) => !used.has(c.value.sql));
  const outputs = [
    ...keys.map((k): OutputColumn => ({ name: k.name, type: k.value.type })),
    ...item.values.map((name, i): OutputColumn => ({ name, type: types[i] })),
    { name: item.name, type: labelType },
  ];
  const source = input.sql.replace(/^LATERAL /, "");
  const selects = groups.map(({ found, label }) => {
    const cells = [
      ...keys.map((k) => k.value.sql),
      ...found.map((c) => c.value.sql),
      (coerce(label, labelType) as Typed).sql,
    ];
    const keep = item.includeNulls
      ? ""
      : ` WHERE ${found.map((c) => `${c.value.sql} IS NOT NULL`).join(" OR ")}`;
    return `SELECT ${cells.map((sql, i) => `${sql} AS c${i}`).join(", ")} FROM ${source}${keep}`;
  });
  return fromQuery(
    { sql: selects.join(" UNION ALL "), columns: outputs, value: false },
    item.alias,
    context,
  );
}

function labelOf(label: Expr | undefined, columns: readonly Column[], context: Context): Typed {
  if (label === undefined) return literal(columns.map((c) => c.name ?? "").join("_"), STRING);
  const value = context.analyzer.expr(label, context);
  if (value.literal === undefined || !(sameType(value.type, STRING) || sameType(value.type, INT64)))
    throw new SqlError("UNPIVOT label must be a STRING or INT64 literal", label.at);
  return value;
}
