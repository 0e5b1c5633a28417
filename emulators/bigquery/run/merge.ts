import type { DuckDBConnection } from "@duckdb/node-api";
import { noteFilters } from "../analyze/partition-filter.ts";
import { coerce } from "../analyze/coerce.ts";
import type { Context } from "../analyze/context.ts";
import { analyzeFrom } from "../analyze/from.ts";
import type { Column, Relation } from "../analyze/scope.ts";
import { typed } from "../analyze/typed.ts";
import { BOOL, typeName } from "../analyze/types.ts";
import { quoteName } from "../engine/literal.ts";
import type { Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { MergeWhen, Statement } from "../sql/statement.ts";
import { type FieldSchema, typeOfField } from "../store/schema.ts";
import { defaultOf } from "./defaults.ts";
import { assignable, assignedColumns } from "./dml.ts";
import { bytesOf } from "./bytes.ts";
import { contextOf, type Environment } from "./environment.ts";
import type { Outcome } from "./outcome.ts";
import { fieldNamed, type Target, readTarget, targetColumns, targetOf } from "./target.ts";
import { stored } from "./stored-value.ts";

type Merge = Extract<Statement, { kind: "merge" }>;

/** The joined rows are taken once (table `j`), and every clause works from them, so that none sees another's effect. */
export async function runMerge(env: Environment, statement: Merge): Promise<Outcome> {
  const target = targetOf(env, statement.path, "merge into");
  const context = contextOf(env);
  const alias = statement.alias ?? statement.path.at(-1) ?? "";
  const source = analyzeFrom(statement.source, { ...context, clause: "MERGE source" });
  const id = context.session.alias();
  const together = inScope(context, [
    { alias, columns: targetColumns(target, id) },
    ...source.relations,
  ]);
  const on = condition(statement.on, together, "ON");
  readTarget(target, id, context);
  noteFilters(statement.on, together);
  const joined = "j";
  const own: Relation = {
    alias,
    columns: target.fields.map((f, i) => ({
      name: f.name,
      value: typed(`${joined}.t${i}`, typeOfField(f)),
    })),
  };
  let count = 0;
  const sourceCells: string[] = [];
  const others = source.relations.map((relation): Relation => ({
    alias: relation.alias,
    columns: relation.columns.map((column): Column => {
      sourceCells.push(`${column.value.sql} AS s${count}`);
      const moved = typed(`${joined}.s${count}`, column.value.type);
      count += 1;
      return { ...column, value: moved };
    }),
  }));
  const both = inScope(context, [own, ...others]);
  const scopes = {
    matched: both,
    "not matched": inScope(context, others),
    "not matched by source": inScope(context, [own]),
  };
  const present = {
    matched: "j.r IS NOT NULL AND j.f",
    "not matched": "j.r IS NULL",
    "not matched by source": "j.f IS NULL",
  };
  const cases = statement.whens.map((when, i) => {
    const extra =
      when.condition === undefined
        ? ""
        : ` AND ${condition(when.condition, scopes[when.on], "WHEN")}`;
    return `WHEN ${present[when.on]}${extra} THEN ${i}`;
  });
  const effects = statement.whens.map((when) => effect(when, target, own, scopes[when.on]));
  const targetCells = target.fields.map((f, i) => `${id}.${quoteName(f.name)} AS t${i}`);
  // The source goes into a table first: its aliases must be seen by the join's condition.
  const cells = [
    "r",
    "f",
    ...target.fields.map((_, i) => `t${i}`),
    ...Array.from({ length: count }, (_, i) => `s${i}`),
  ];
  const sourceSql = source.sql.replace(/^LATERAL /, "");
  const matched = `SELECT ${id}.rowid AS r, TRUE AS f, ${[...targetCells, ...sourceCells].join(", ")} FROM ${target.physical} AS ${id} JOIN ${sourceSql} ON ${on}`;
  const noSource = `SELECT ${id}.rowid AS r, CAST(NULL AS BOOLEAN) AS f, ${targetCells.join(", ")}${", NULL".repeat(count)} FROM ${target.physical} AS ${id} WHERE NOT EXISTS (SELECT 1 FROM ${sourceSql} WHERE ${on})`;
  const noTarget = `SELECT NULL AS r, TRUE AS f${", NULL".repeat(target.fields.length)}, ${sourceCells.join(", ")} FROM ${sourceSql} WHERE NOT EXISTS (SELECT 1 FROM ${target.physical} AS ${id} WHERE ${on})`;
  const all = [
    matched,
    ...(statement.whens.some((w) => w.on === "not matched by source") ? [noSource] : []),
    ...(statement.whens.some((w) => w.on === "not matched") ? [noTarget] : []),
  ];
  const bytes = await bytesOf(env, context, all.join(" UNION ALL "), target.table);
  if (env.dryRun)
    return {
      statementType: "MERGE",
      affected: {},
      bytes,
      referenced: [...context.session.referenced],
    };
  const affected = await env.store.engine.transaction(async (connection) => {
    const [rows, actions] = [env.store.nextName(), env.store.nextName()];
    await connection.run(
      `CREATE TEMP TABLE ${rows} AS SELECT * FROM (${all.join(" UNION ALL ")}) AS u(${cells.join(", ")})`,
    );
    await connection.run(
      `CREATE TEMP TABLE ${actions} AS SELECT *, CASE ${cases.join(" ")} END AS action FROM ${rows} AS j`,
    );
    const twice = await connection.runAndReadAll(
      `SELECT 1 FROM ${actions} WHERE r IS NOT NULL AND action IS NOT NULL GROUP BY r HAVING count(*) > 1 LIMIT 1`,
    );
    if (twice.currentRowCount > 0)
      throw new SqlError("UPDATE/MERGE must match at most one source row for each target row");
    const counts = await apply(connection, effects, target, actions);
    await connection.run(`DROP TABLE ${rows}`);
    await connection.run(`DROP TABLE ${actions}`);
    return counts;
  });
  target.table.modified = Math.max(Date.now(), target.table.modified);
  return {
    statementType: "MERGE",
    affected,
    bytes,
    referenced: [...context.session.referenced],
    ...(target.dataset === undefined
      ? {}
      : { target: { dataset: target.dataset, table: target.table.id } }),
  };
}

type Effect =
  | { readonly kind: "delete" }
  | { readonly kind: "update"; readonly set: ReadonlyMap<FieldSchema, string> }
  | {
      readonly kind: "insert";
      readonly columns: readonly FieldSchema[];
      readonly values: readonly string[];
    };

function effect(when: MergeWhen, target: Target, own: Relation, context: Context): Effect {
  const { action } = when;
  if (action.kind === "delete") return action;
  if (action.kind === "update")
    return {
      kind: "update",
      set: assignedColumns(
        action.set,
        target,
        own.columns.map((c) => c.value),
        context,
      ),
    };
  const named =
    action.columns?.map((name) => fieldNamed(target.fields, name, when.at).field) ?? target.fields;
  const nodes: readonly Expr[] =
    action.values ?? named.map((f): Expr => ({ kind: "name", name: f.name, at: when.at }));
  if (nodes.length !== named.length)
    throw new SqlError(
      `Inserted row has wrong column count; Has ${nodes.length}, expected ${named.length}`,
      when.at,
    );
  const values = named.map((field, i) => stored(assignable(nodes[i], field, context).sql, field));
  const rest = target.fields.filter((f) => !named.includes(f));
  return {
    kind: "insert",
    columns: [...named, ...rest],
    values: [...values, ...rest.map((f) => stored(defaultOf(f, context).sql, f))],
  };
}

async function apply(
  connection: DuckDBConnection,
  effects: readonly Effect[],
  { physical }: Target,
  actions: string,
): Promise<{ inserted: number; updated: number; deleted: number }> {
  const counts = { inserted: 0, updated: 0, deleted: 0 };
  for (const [i, item] of effects.entries()) {
    if (item.kind === "update") {
      const pairs = [...item.set]
        .map(([field, sql]) => `${quoteName(field.name)} = ${sql}`)
        .join(", ");
      counts.updated += (
        await connection.run(
          `UPDATE ${physical} SET ${pairs} FROM ${actions} AS j WHERE j.action = ${i} AND ${physical}.rowid = j.r`,
        )
      ).rowsChanged;
    } else if (item.kind === "delete") {
      counts.deleted += (
        await connection.run(
          `DELETE FROM ${physical} WHERE rowid IN (SELECT j.r FROM ${actions} AS j WHERE j.action = ${i})`,
        )
      ).rowsChanged;
    }
  }
  for (const [i, item] of effects.entries()) {
    if (item.kind !== "insert") continue;
    const columns = item.columns.map((f) => quoteName(f.name)).join(", ");
    counts.inserted += (
      await connection.run(
        `INSERT INTO ${physical} (${columns}) SELECT ${item.values.join(", ")} FROM ${actions} AS j WHERE j.action = ${i}`,
      )
    ).rowsChanged;
  }
  return counts;
}

const inScope = (context: Context, relations: readonly Relation[]): Context => ({
  ...context,
  scope: { relations },
  clause: "MERGE",
});

function condition(node: Expr, context: Context, clause: string): string {
  const value = context.analyzer.expr(node, context);
  const bool = coerce(value, BOOL);
  if (bool === undefined)
    throw new SqlError(
      `${clause} condition should return type BOOL, but returns ${typeName(value.type)}`,
      node.at,
    );
  return bool.sql;
}
