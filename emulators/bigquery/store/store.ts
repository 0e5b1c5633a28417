import { type Engine, openEngine } from "../engine/engine.ts";
import { duplicate, invalid, notFound } from "../rest/api-error.ts";
import { InsertIds } from "./insert-ids.ts";
import { checkLayout } from "./layout.ts";
import { readCatalog, writeCatalog } from "./saved.ts";
import { checkSchema, type TableSchema } from "./schema.ts";
import { columnSql, schemaChanges } from "./schema-changes.ts";
import { Sizes } from "./sizes.ts";
import type { Resource, StoredDataset, StoredTable } from "./stored.ts";
import { snapshot } from "./snapshot.ts";

export type { Resource, StoredDataset, StoredRoutine, StoredTable } from "./stored.ts";

/** Documentation, "Create and use tables": letters, marks, numbers, connectors, dashes and spaces. */
export function checkTableId(id: string): void {
  if (!/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u.test(id) || Buffer.byteLength(id) > 1024)
    throw invalid(
      `Invalid table ID "${id}". Table IDs must be letters, numbers, underscores, dashes and spaces of at most 1024 bytes in UTF-8.`,
    );
}

/** Everything that the emulator holds: resources here, rows in DuckDB. */
export class Store {
  readonly projectId: string;
  readonly engine: Engine;
  /** Whether a file keeps what is here. */
  readonly durable: boolean;
  readonly datasets = new Map<string, StoredDataset>();
  readonly insertIds = new InsertIds();
  readonly sizes: Sizes;
  private sequence = 0;

  constructor(projectId: string, engine: Engine, durable: boolean) {
    this.projectId = projectId;
    this.engine = engine;
    this.durable = durable;
    this.sizes = new Sizes(engine);
  }

  /** Runs what changes resources: it is done and saved whole, or nothing of it is. */
  change<T>(work: () => T | Promise<T>): Promise<T> {
    let undo: (() => void) | undefined;
    return this.engine.transaction(
      async (connection) => {
        undo ??= snapshot(this.datasets);
        const result = await work();
        if (this.durable) await writeCatalog(connection, this);
        return result;
      },
      () => undo?.(),
    );
  }

  async close(): Promise<void> {
    try {
      await this.change(() => undefined); // when tables were last changed
    } finally {
      this.engine.close();
    }
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
    await this.change(async () => {
      for (const table of dataset.tables.values()) await this.dropPhysical(table);
      this.datasets.delete(id);
    });
  }

  /** Adds an empty table. Its rows are kept in a table of DuckDB that nobody names. */
  async createTable(
    datasetId: string,
    id: string,
    schema: TableSchema,
    resource: Resource,
  ): Promise<StoredTable> {
    const checked = checkSchema(schema);
    return this.change(async () => {
      this.checkNewTable(datasetId, id);
      checkLayout(resource, checked);
      const physical = await this.createPhysical(checked);
      return this.addTable(datasetId, id, { physical, schema: checked, view: undefined, resource });
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
    checkTableId(id);
    const now = Date.now();
    const table: StoredTable = {
      id,
      physical,
      schema,
      view,
      resource,
      created: now,
      modified: now,
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

  allTables(): StoredTable[] {
    return [...this.datasets.values()].flatMap((dataset) => [...dataset.tables.values()]);
  }

  /** Names of DuckDB tables up to this number are taken. */
  skipNames(number: number): void {
    this.sequence = Math.max(this.sequence, number);
  }

  nextName(): string {
    this.sequence += 1;
    return `data_${this.sequence}`;
  }

  async deleteTable(datasetId: string, id: string): Promise<void> {
    const table = this.table(datasetId, id);
    await this.change(async () => {
      await this.dropPhysical(table);
      this.dataset(datasetId).tables.delete(id);
    });
  }

  async dropPhysical({ physical }: StoredTable): Promise<void> {
    if (physical !== undefined) await this.engine.execute(`DROP TABLE ${physical}`);
  }

  /** Changes a table's schema: columns may be added, and a REQUIRED one relaxed. */
  async updateSchema(table: StoredTable, next: TableSchema): Promise<void> {
    const checked = checkSchema(next);
    const statements = schemaChanges(table.schema, checked);
    await this.change(async () => {
      for (const statement of table.physical === undefined ? [] : statements)
        await this.engine.execute(`ALTER TABLE ${table.physical} ${statement}`);
      table.schema = checked;
    });
  }
}

/** Opens a store in memory, or in the file `path`, which is made when it is not there. */
export async function openStore(projectId: string, path?: string): Promise<Store> {
  const engine = await openEngine({ path });
  const store = new Store(projectId, engine, path !== undefined);
  if (path === undefined) return store;
  try {
    await readCatalog(engine, store, path);
    return store;
  } catch (error) {
    engine.close();
    throw error;
  }
}
