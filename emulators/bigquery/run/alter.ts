import { coercionCost, convertSql } from "../analyze/coerce.ts";
import { typed } from "../analyze/typed.ts";
import { duckType, sameType, typeName } from "../analyze/types.ts";
import { layoutColumns, checkLayout } from "../store/layout.ts";
import { checkSchema, type FieldSchema, typeOfField } from "../store/schema.ts";
import { quoteName } from "../engine/literal.ts";
import { SqlError } from "../sql/error.ts";
import type { AlterAction, Statement } from "../sql/statement.ts";
import { checkTableId, type StoredTable } from "../store/store.ts";
import { columnSql } from "../store/schema-changes.ts";
import { fieldOf } from "./columns.ts";
import { checkDefaults } from "./defaults.ts";
import { type Environment, plainContextOf } from "./environment.ts";
import { withOptions } from "./options.ts";
import type { Outcome } from "./outcome.ts";
import { fieldNamed, placeOf, type Target, targetOf } from "./target.ts";

type Alter = Extract<Statement, { kind: "alter table" }>;

export async function alterTable(env: Environment, statement: Alter): Promise<Outcome> {
  const outcome: Outcome = { statementType: "ALTER_TABLE", ddl: "ALTER", referenced: [] };
  if (statement.ifExists) {
    const { dataset, name } = placeOf(env, statement.path);
    if (env.store.datasets.get(dataset)?.tables.has(name) !== true)
      return { ...outcome, ddl: "SKIP" };
  }
  const target = targetOf(env, statement.path, "alter");
  if (!env.dryRun)
    for (const action of statement.actions) await apply(env, action, target, statement);
  target.table.modified = Math.max(Date.now(), target.table.modified);
  return {
    ...outcome,
    ...(target.dataset === undefined
      ? {}
      : { target: { dataset: target.dataset, table: target.table.id } }),
  };
}

/** Whether the new column holds less: a shorter text, fewer digits. */
function isSmaller(old: FieldSchema, next: FieldSchema): boolean {
  return ["maxLength", "precision", "scale"].some((name) => {
    const limit = next[name] === undefined ? Infinity : Number(next[name]);
    return limit < (old[name] === undefined ? Infinity : Number(old[name]));
  });
}

function refuseLayoutColumn(
  { resource }: StoredTable,
  name: string,
  what: "drop" | "rename",
  at: number,
): void {
  if (layoutColumns(resource).includes(name.toUpperCase()))
    throw new SqlError(
      `ALTER TABLE cannot ${what} column ${name}: the table is partitioned or clustered by it`,
      at,
    );
}

async function apply(
  env: Environment,
  action: AlterAction,
  { table, physical, dataset }: Target,
  { at }: Alter,
): Promise<void> {
  const { fields } = table.schema;
  const run = (sql: string) => env.store.engine.execute(`ALTER TABLE ${physical} ${sql}`);
  const has = (name: string) => fields.some((f) => f.name.toUpperCase() === name.toUpperCase());
  switch (action.kind) {
    case "add column": {
      const [field] = checkSchema({ fields: [await fieldOf(env, action.column)] }).fields;
      if (has(field.name)) {
        if (action.ifNotExists) return;
        throw new SqlError(`Column already exists: ${field.name}`, at);
      }
      if (field.mode === "REQUIRED")
        throw new SqlError(`Cannot add required column ${field.name} to an existing table`, at);
      checkDefaults([field], plainContextOf(env));
      await run(`ADD COLUMN ${columnSql(field)}`);
      table.schema = { fields: [...fields, field] };
      return;
    }
    case "drop column": {
      if (!has(action.name) && action.ifExists) return;
      const { field } = fieldNamed(fields, action.name, at);
      refuseLayoutColumn(table, field.name, "drop", at);
      if (fields.length === 1) throw new SqlError("Cannot drop the only column of a table", at);
      await run(`DROP COLUMN ${quoteName(field.name)}`);
      table.schema = { fields: fields.filter((f) => f !== field) };
      return;
    }
    case "rename column": {
      const { field } = fieldNamed(fields, action.from, at);
      if (has(action.to)) throw new SqlError(`Column already exists: ${action.to}`, at);
      checkSchema({ fields: [{ ...field, name: action.to }] });
      refuseLayoutColumn(table, field.name, "rename", at);
      await run(`RENAME COLUMN ${quoteName(field.name)} TO ${quoteName(action.to)}`);
      table.schema = { fields: fields.map((f) => (f === field ? { ...f, name: action.to } : f)) };
      return;
    }
    case "drop not null": {
      const { field } = fieldNamed(fields, action.name, at);
      await run(`ALTER COLUMN ${quoteName(field.name)} DROP NOT NULL`);
      table.schema = { fields: fields.map((f) => (f === field ? { ...f, mode: "NULLABLE" } : f)) };
      return;
    }
    case "set default": {
      const { field } = fieldNamed(fields, action.name, at);
      const { defaultValueExpression: _old, ...rest } = field;
      const changed =
        action.value === undefined ? rest : { ...rest, defaultValueExpression: action.value };
      checkDefaults([changed], plainContextOf(env));
      table.schema = { fields: fields.map((f) => (f === field ? changed : f)) };
      return;
    }
    case "set data type": {
      const { field, type } = fieldNamed(fields, action.name, at);
      const next = await fieldOf(env, {
        name: field.name,
        type: action.type,
        required: field.mode === "REQUIRED",
        options: [],
      });
      const to = typeOfField(next);
      if (coercionCost(typed("", type), to) === undefined || isSmaller(field, next))
        throw new SqlError(
          `ALTER TABLE ALTER COLUMN SET DATA TYPE requires that the existing column type (${typeName(type)}) is assignable to the new type (${typeName(to)})`,
          at,
        );
      const changed = fields.map((f) => (f === field ? { ...field, ...next } : f));
      checkLayout(table.resource, { fields: changed });
      const name = quoteName(field.name);
      if (!sameType(type, to))
        await run(
          `ALTER COLUMN ${name} SET DATA TYPE ${duckType(to)} USING ${convertSql(name, type, to)}`,
        );
      table.schema = { fields: changed };
      return;
    }
    case "rename": {
      if (dataset === undefined) throw new SqlError("Cannot rename a temporary table", at);
      const { tables } = env.store.dataset(dataset);
      if (tables.has(action.to))
        throw new SqlError(
          `Already Exists: Table ${env.store.projectId}:${dataset}.${action.to}`,
          undefined,
          "duplicate",
        );
      checkTableId(action.to);
      tables.delete(table.id);
      tables.set(action.to, { ...table, id: action.to });
      return;
    }
    case "set options":
      table.resource = await withOptions(env, "table", table.resource, action.options);
      return;
    case "set column options": {
      const { field } = fieldNamed(fields, action.name, at);
      const changed = await withOptions(env, "column", field, action.options);
      table.schema = { fields: fields.map((f) => (f === field ? changed : f)) };
    }
  }
}
