import { analyzeFrom } from "../analyze/from.ts";
import { coerce } from "../analyze/coerce.ts";
import type { Context } from "../analyze/context.ts";
import { noteFilters } from "../analyze/partition-filter.ts";
import type { Relation } from "../analyze/scope.ts";
import { literal, type Typed } from "../analyze/typed.ts";
import { BOOL, type Type, typeName } from "../analyze/types.ts";
import { quoteName } from "../engine/literal.ts";
import type { Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { Assignment, StatementOf as Of } from "../sql/statement.ts";
import { type FieldSchema, typeOfField } from "../store/schema.ts";
import { type Bytes, bytesOf, noBytes } from "./bytes.ts";
import { defaultOf } from "./defaults.ts";
import { contextOf, type Environment } from "./environment.ts";
import type { Outcome } from "./outcome.ts";
import { fieldNamed, readTarget, type Target, targetColumns, targetOf } from "./target.ts";
import { stored } from "./stored-value.ts";

/** An expression for a column: DEFAULT, or a value that is assignable to it. */
export function assignable(node: Expr, field: FieldSchema, context: Context): Typed {
  if (node.kind === "default") return defaultOf(field, context);
  const type = typeOfField(field);
  const value = context.analyzer.expr(node, context);
  const converted = coerce(value, type);
  if (converted === undefined)
    throw new SqlError(
      `Value of type ${typeName(value.type)} cannot be assigned to ${field.name}, which has type ${typeName(type)}`,
      node.at,
    );
  return converted;
}

const outcomeOf = (
  statementType: string,
  target: Target,
  context: Context,
  affected: NonNullable<Outcome["affected"]>,
  bytes: Bytes = noBytes,
): Outcome => {
  target.table.modified = Math.max(Date.now(), target.table.modified);
  return {
    statementType,
    affected,
    bytes,
    referenced: [...context.session.referenced],
    ...(target.dataset === undefined
      ? {}
      : { target: { dataset: target.dataset, table: target.table.id } }),
  };
};

export async function runInsert(env: Environment, statement: Of<"insert">): Promise<Outcome> {
  const target = targetOf(env, statement.path, "insert into");
  const context = contextOf(env);
  const named =
    statement.columns?.map((name) => fieldNamed(target.fields, name, statement.at).field) ??
    target.fields;
  if (new Set(named).size !== named.length)
    throw new SqlError("INSERT has columns with duplicate name", statement.at);
  const rows = insertRows(statement, named, context);
  const rest = target.fields
    .filter((field) => !named.includes(field))
    .map((field) => ({ field, value: defaultOf(field, context) }));
  const columns = [...named, ...rest.map(({ field }) => field)]
    .map((field) => quoteName(field.name))
    .join(", ");
  const values = [
    ...named.map((field, i) => stored(`s.c${i}`, field)),
    ...rest.map(({ field, value }) => stored(value.sql, field)),
  ].join(", ");
  const bytes = await bytesOf(env, context, rows);
  if (env.dryRun) return outcomeOf("INSERT", target, context, {}, bytes);
  const inserted = await env.store.engine.execute(
    `INSERT INTO ${target.physical} (${columns}) SELECT ${values} FROM (${rows}) AS s`,
  );
  return outcomeOf("INSERT", target, context, { inserted }, bytes);
}

function insertRows(
  { source, at }: Of<"insert">,
  fields: readonly FieldSchema[],
  context: Context,
): string {
  const types = fields.map((field) => typeOfField(field));
  if (source.kind === "query") {
    const first = context.analyzer.query(source.query, context);
    if (first.columns.length !== types.length)
      throw wrongCount(first.columns.length, types.length, at);
    return context.analyzer.query(source.query, context, types).sql;
  }
  const rows = source.rows.map((row) => {
    if (row.length !== fields.length) throw wrongCount(row.length, fields.length, at);
    return `SELECT ${row.map((node, i) => `${assignable(node, fields[i], context).sql} AS c${i}`).join(", ")}`;
  });
  return rows.join(" UNION ALL ");
}

const wrongCount = (got: number, wanted: number, at: number) =>
  new SqlError(`Inserted row has wrong column count; Has ${got}, expected ${wanted}`, at);

function condition(node: Expr, context: Context): string {
  const value = context.analyzer.expr(node, context);
  const bool = coerce(value, BOOL);
  if (bool === undefined)
    throw new SqlError(
      `WHERE clause should return type BOOL, but returns ${typeName(value.type)}`,
      node.at,
    );
  return bool.sql;
}

const aliasOf = (statement: { readonly alias?: string; readonly path: readonly string[] }) =>
  statement.alias ?? statement.path.at(-1) ?? "";

export async function runDelete(env: Environment, statement: Of<"delete">): Promise<Outcome> {
  const target = targetOf(env, statement.path, "delete from");
  const context = contextOf(env);
  const id = context.session.alias();
  const scope = { relations: [{ alias: aliasOf(statement), columns: targetColumns(target, id) }] };
  const inside = { ...context, scope, clause: "WHERE clause" };
  const where = condition(statement.where, inside);
  readTarget(target, id, context);
  noteFilters(statement.where, inside);
  const matching = `SELECT ${id}.rowid FROM ${target.physical} AS ${id} WHERE ${where}`;
  const bytes = await bytesOf(env, context, matching, target.table);
  if (env.dryRun) return outcomeOf("DELETE", target, context, {}, bytes);
  const deleted = await env.store.engine.execute(
    `DELETE FROM ${target.physical} WHERE rowid IN (${matching})`,
  );
  return outcomeOf("DELETE", target, context, { deleted }, bytes);
}

export async function runTruncate(env: Environment, statement: Of<"truncate">): Promise<Outcome> {
  const target = targetOf(env, statement.path, "truncate");
  const deleted = env.dryRun ? 0 : await env.store.engine.execute(`DELETE FROM ${target.physical}`);
  return outcomeOf("TRUNCATE_TABLE", target, contextOf(env), { deleted });
}

/** New values of whole columns; an assignment to a field rebuilds the struct around it. */
export function assignedColumns(
  set: readonly Assignment[],
  target: Target,
  columns: readonly Typed[],
  context: Context,
): Map<FieldSchema, string> {
  const result = new Map<FieldSchema, string>();
  const seen = new Set<string>();
  for (const { path, value, at } of set) {
    const key = path.join(".").toUpperCase();
    if (
      [...seen].some(
        (other) => other === key || other.startsWith(`${key}.`) || key.startsWith(`${other}.`),
      )
    )
      throw new SqlError(`Update item ${path.join(".")} assigned more than once`, at);
    seen.add(key);
    const [first = "", ...fields] = path;
    const { field, index, type } = fieldNamed(target.fields, first, at);
    const before = result.get(field) ?? columns[index]?.sql ?? "";
    const sql =
      fields.length === 0
        ? assignable(value, field, context).sql
        : replaceField(before, type, fields, value, context, at);
    result.set(field, stored(sql, field));
  }
  return result;
}

function replaceField(
  base: string,
  type: Type,
  [name = "", ...rest]: readonly string[],
  value: Expr,
  context: Context,
  at: number,
): string {
  if (type.kind !== "STRUCT")
    throw new SqlError(`Cannot access field ${name} on a value with type ${typeName(type)}`, at);
  const index = type.fields.findIndex((f) => f.name?.toUpperCase() === name.toUpperCase());
  if (index < 0) throw new SqlError(`Field name ${name} does not exist in ${typeName(type)}`, at);
  const parts = type.fields.map((field, i) => {
    const old = `struct_extract(${base}, '_${i + 1}')`;
    if (i !== index) return `"_${i + 1}" := ${old}`;
    if (rest.length > 0)
      return `"_${i + 1}" := ${replaceField(old, field.type, rest, value, context, at)}`;
    const assigned = coerce(
      value.kind === "default" ? literal(null, field.type) : context.analyzer.expr(value, context),
      field.type,
    );
    if (assigned === undefined)
      throw new SqlError(
        `Value cannot be assigned to ${name}, which has type ${typeName(field.type)}`,
        at,
      );
    return `"_${i + 1}" := ${assigned.sql}`;
  });
  return `struct_pack(${parts.join(", ")})`;
}

export async function runUpdate(env: Environment, statement: Of<"update">): Promise<Outcome> {
  const target = targetOf(env, statement.path, "update");
  const context = contextOf(env);
  const id = context.session.alias();
  const columns = targetColumns(target, id);
  const own: Relation = { alias: aliasOf(statement), columns };
  const from =
    statement.from === undefined
      ? undefined
      : analyzeFrom(statement.from, { ...context, clause: "FROM clause" });
  const inside: Context = {
    ...context,
    scope: { relations: [own, ...(from?.relations ?? [])] },
    clause: "UPDATE",
  };
  const set = assignedColumns(
    statement.set,
    target,
    columns.map((c) => c.value),
    inside,
  );
  const where = condition(statement.where, inside);
  readTarget(target, id, context);
  noteFilters(statement.where, inside);
  const other = from === undefined ? "" : ` CROSS JOIN ${from.sql.replace(/^LATERAL /, "")}`;
  const values = [...set.values()].map((sql, i) => `${sql} AS v${i}`).join(", ");
  const matching = `SELECT ${id}.rowid AS r, ${values} FROM ${target.physical} AS ${id}${other} WHERE ${where}`;
  const bytes = await bytesOf(env, context, matching, target.table);
  if (env.dryRun) return outcomeOf("UPDATE", target, context, {}, bytes);
  const updated = await env.store.engine.transaction(async (connection) => {
    const work = env.store.nextName();
    await connection.run(`CREATE TEMP TABLE ${work} AS ${matching}`);
    const twice = await connection.runAndReadAll(
      `SELECT 1 FROM ${work} GROUP BY r HAVING count(*) > 1 LIMIT 1`,
    );
    if (twice.currentRowCount > 0)
      throw new SqlError("UPDATE/MERGE must match at most one source row for each target row");
    const pairs = [...set.keys()]
      .map((field, i) => `${quoteName(field.name)} = w.v${i}`)
      .join(", ");
    const { rowsChanged } = await connection.run(
      `UPDATE ${target.physical} SET ${pairs} FROM ${work} AS w WHERE ${target.physical}.rowid = w.r`,
    );
    await connection.run(`DROP TABLE ${work}`);
    return rowsChanged;
  });
  return outcomeOf("UPDATE", target, context, { updated }, bytes);
}
