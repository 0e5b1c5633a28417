import type { CatalogRoutine } from "../analyze/catalog.ts";
import { type Engine, openEngine } from "../engine/engine.ts";
import { quoteName } from "../engine/literal.ts";
import { duckType } from "../analyze/types.ts";
import { duplicate, invalid, notFound } from "../rest/api-error.ts";
import { checkSchema, type FieldSchema, type TableSchema, typeOfField } from "./schema.ts";

/** What clients put into a resource and get back unchanged. */
export type Resource = Readonly<Record<string, unknown>>;

export interface StoredTable {
  readonly id: string;
  /** The table's name in DuckDB; undefined for a view. */
  physical: string | undefined;
  schema: TableSchema;
  /** The text of a view. */
  view: string | undefined;
  resource: Resource;
  readonly created: number;
  modified: number;
  /** insertId → when it came, for dropping repeats. */
  readonly insertIds: Map<string, number>;
}

export interface StoredRoutine {
  readonly id: string;
  readonly routine: CatalogRoutine;
  resource: Resource;
  readonly created: number;
}

export interface StoredDataset {
  readonly id: string;
  resource: Resource;
  readonly created: number;
  modified: number;
  readonly tables: Map<string, StoredTable>;
  readonly routines: Map<string, StoredRoutine>;
}

/** Everything that the emulator holds: resources here, rows in DuckDB. */
export class Store {
  readonly projectId: string;
  readonly engine: Engine;
  readonly datasets = new Map<string, StoredDataset>();
  private sequence = 0;

  constructor(projectId: string, engine: Engine) {
    this.projectId = projectId;
    this.engine = engine;
  }

  createDataset(id: string, resource: Resource): StoredDataset {
    if (!/^\w{1,1024}$/.test(id))
      throw invalid(
        `Invalid dataset ID "${id}". Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long.`,
      );
    if (this.datasets.has(id)) throw duplicate("Dataset", `${this.projectId}:${id}`);
    const now = Date.now();
    const dataset: StoredDataset = {
      id,
      resource,
      created: now,
      modified: now,
      tables: new Map(),
      routines: new Map(),
    };
    this.datasets.set(id, dataset);
    return dataset;
  }

  dataset(id: string): StoredDataset {
    const dataset = this.datasets.get(id);
    if (dataset === undefined) throw notFound("Dataset", `${this.projectId}:${id}`);
    return dataset;
  }

  table(datasetId: string, id: string): StoredTable {
    const table = this.dataset(datasetId).tables.get(id);
    if (table === undefined) throw notFound("Table", `${this.projectId}:${datasetId}.${id}`);
    return table;
  }

  async deleteDataset(id: string, contents: boolean): Promise<void> {
    const dataset = this.dataset(id);
    if (!contents && dataset.tables.size > 0)
      throw invalid(`Dataset ${this.projectId}:${id} is still in use`);
    for (const table of dataset.tables.values()) await this.dropPhysical(table);
    this.datasets.delete(id);
  }

  /** Adds an empty table. Its rows are kept in a table of DuckDB that nobody names. */
  async createTable(
    datasetId: string,
    id: string,
    schema: TableSchema,
    resource: Resource,
  ): Promise<StoredTable> {
    this.checkNewTable(datasetId, id);
    const checkedSchema = checkSchema(schema);
    const physical = await this.createPhysical(checkedSchema);
    return this.addTable(datasetId, id, {
      physical,
      schema: checkedSchema,
      view: undefined,
      resource,
    });
  }

  createView(
    datasetId: string,
    id: string,
    query: string,
    schema: TableSchema,
    resource: Resource,
  ): StoredTable {
    this.checkNewTable(datasetId, id);
    return this.addTable(datasetId, id, { physical: undefined, schema, view: query, resource });
  }

  private checkNewTable(datasetId: string, id: string): void {
    if (!/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,1024}$/u.test(id))
      throw invalid(`Invalid table ID "${id}".`);
    if (this.dataset(datasetId).tables.has(id))
      throw duplicate("Table", `${this.projectId}:${datasetId}.${id}`);
  }

  addTable(
    datasetId: string,
    id: string,
    {
      physical,
      schema,
      view,
      resource,
    }: Pick<StoredTable, "physical" | "schema" | "view" | "resource">,
  ): StoredTable {
    const now = Date.now();
    const table: StoredTable = {
      id,
      physical,
      schema,
      view,
      resource,
      created: now,
      modified: now,
      insertIds: new Map(),
    };
    const { tables } = this.dataset(datasetId);
    tables.set(id, table);
    return table;
  }

  /** A new DuckDB table with these columns, and its name. */
  async createPhysical(schema: TableSchema): Promise<string> {
    const name = this.nextName();
    if (schema.fields.length === 0)
      await this.engine.execute(`CREATE TABLE ${name} (no_columns INTEGER)`);
    else
      await this.engine.execute(
        `CREATE TABLE ${name} (${schema.fields.map((f) => columnSql(f)).join(", ")})`,
      );
    return name;
  }

  nextName(): string {
    this.sequence += 1;
    return `data_${this.sequence}`;
  }

  async deleteTable(datasetId: string, id: string): Promise<void> {
    const table = this.table(datasetId, id);
    this.dataset(datasetId).tables.delete(id);
    await this.dropPhysical(table);
  }

  async dropPhysical({ physical }: StoredTable): Promise<void> {
    if (physical !== undefined) await this.engine.execute(`DROP TABLE ${physical}`);
  }

  /** Changes a table's schema: columns may be added, and a REQUIRED one relaxed. */
  async updateSchema(table: StoredTable, next: TableSchema): Promise<void> {
    const checked = checkSchema(next);
    const statements: string[] = [];
    for (const old of table.schema.fields) {
      const field = checked.fields.find((f) => f.name.toUpperCase() === old.name.toUpperCase());
      if (field === undefined)
        throw invalid(
          `Provided Schema does not match Table. Field ${old.name} is missing in new schema`,
        );
      if (duckType(typeOfField(field)) !== duckType(typeOfField(old)))
        throw invalid(
          `Provided Schema does not match Table. Field ${old.name} has changed type from ${old.type} to ${field.type}`,
        );
      if (old.mode !== field.mode && old.mode !== "REQUIRED")
        throw invalid(
          `Provided Schema does not match Table. Field ${old.name} has changed mode from ${old.mode} to ${field.mode}`,
        );
      if (old.mode !== field.mode)
        statements.push(
          `ALTER TABLE ${table.physical} ALTER COLUMN ${quoteName(old.name)} DROP NOT NULL`,
        );
    }
    for (const field of checked.fields) {
      if (table.schema.fields.some((f) => f.name.toUpperCase() === field.name.toUpperCase()))
        continue;
      if (field.mode === "REQUIRED")
        throw invalid(
          `Provided Schema does not match Table. Cannot add required fields to an existing schema. (field: ${field.name})`,
        );
      statements.push(`ALTER TABLE ${table.physical} ADD COLUMN ${columnSql(field)}`);
    }
    for (const statement of table.physical === undefined ? [] : statements)
      await this.engine.execute(statement);
    table.schema = checked;
  }
}

/** A column of DuckDB for a field. */
export const columnSql = (field: FieldSchema): string =>
  `${quoteName(field.name)} ${duckType(typeOfField(field))}${field.mode === "REQUIRED" ? " NOT NULL" : ""}`;

export async function openStore(projectId: string): Promise<Store> {
  return new Store(projectId, await openEngine());
}
