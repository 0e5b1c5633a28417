import type { DuckDBConnection } from "@duckdb/node-api";
import type { CatalogRoutine } from "../analyze/catalog.ts";
import { scalarNamed, STRING, type Type } from "../analyze/types.ts";
import type { Engine } from "../engine/engine.ts";
import { openCursor } from "../sql/parse.ts";
import type { InsertIds } from "./insert-ids.ts";
import type { Store } from "./store.ts";
import type { StoredDataset, StoredRoutine, StoredTable } from "./stored.ts";

/** The catalog of a store in a file: one JSON text beside the rows, written in the transaction that changes it. */
interface Saved {
  readonly version: 1;
  readonly projectId: string;
  readonly datasets: readonly (Omit<StoredDataset, "tables" | "routines"> & {
    readonly tables: readonly Partial<StoredTable>[];
    readonly routines: readonly SavedRoutine[];
  })[];
}

interface SavedRoutine extends Omit<StoredRoutine, "routine"> {
  readonly routine: Omit<CatalogRoutine, "body">;
}

/** How long a stored insertId drops repeats, in milliseconds. */
const insertIdMs = 10 * 60_000;

export async function writeCatalog(connection: DuckDBConnection, store: Store): Promise<void> {
  const saved: Saved = {
    version: 1,
    projectId: store.projectId,
    datasets: [...store.datasets.values()].map((dataset) => ({
      ...dataset,
      tables: [...dataset.tables.values()],
      routines: [...dataset.routines.values()].map(
        ({ routine: { body: _parsed, ...rest }, ...own }) => ({
          ...own,
          routine: rest,
        }),
      ),
    })),
  };
  await connection.run("DELETE FROM catalog");
  await connection.run("INSERT INTO catalog VALUES ($1)", [JSON.stringify(saved)]);
}

/** Reads what a file holds into the store, and removes what a process that died has left half done. */
export async function readCatalog(engine: Engine, store: Store, path: string): Promise<void> {
  await engine.execute("CREATE TABLE IF NOT EXISTS catalog (text VARCHAR)");
  await engine.execute(
    "CREATE TABLE IF NOT EXISTS insert_ids (place VARCHAR, id VARCHAR, came BIGINT)",
  );
  const [row] = await engine.query("SELECT text FROM catalog", [STRING]);
  if (row !== undefined) fill(store, JSON.parse(row[0] as string) as Saved, path);
  const known = new Set(store.allTables().map((table) => table.physical));
  const found = await engine.query(
    "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store'",
    [STRING],
  );
  for (const [name] of found as string[][]) {
    const number = /^data_(\d+)$/.exec(name)?.[1];
    if (number === undefined) continue;
    store.skipNames(Number(number));
    // The table of a script, which ended with it.
    if (!known.has(name)) await engine.execute(`DROP TABLE ${name}`);
  }
  await readInsertIds(engine, store.insertIds);
}

async function readInsertIds(engine: Engine, insertIds: InsertIds): Promise<void> {
  await engine.execute(`DELETE FROM insert_ids WHERE came < ${Date.now() - insertIdMs}`);
  const rows = await engine.query("SELECT place, id FROM insert_ids ORDER BY came", [
    STRING,
    STRING,
  ]);
  for (const [place, id] of rows as string[][]) insertIds.add(place, id);
}

function fill(store: Store, saved: Saved, path: string): void {
  if (saved.version !== 1)
    throw new Error(
      `${path} was written by another version (${String(saved.version)}) of the local BigQuery`,
    );
  if (saved.projectId !== store.projectId)
    throw new Error(`${path} holds the project ${saved.projectId}, not ${store.projectId}`);
  for (const { tables, routines, ...dataset } of saved.datasets)
    store.datasets.set(dataset.id, {
      ...dataset,
      tables: new Map(
        tables.map((table) => [
          table.id ?? "",
          { physical: undefined, view: undefined, ...table } as StoredTable,
        ]),
      ),
      routines: new Map(routines.map((routine) => [routine.id, revive(routine)])),
    });
}

/** A routine's body is read anew from its text. */
function revive({ routine, ...own }: SavedRoutine): StoredRoutine {
  const text = own.resource["definitionBody"] as string;
  const params = routine.params.map(({ name, type }) => ({
    name,
    type: type === undefined ? undefined : same(type),
  }));
  const result = routine.result === undefined ? undefined : same(routine.result);
  return { ...own, routine: { ...routine, params, result, body: openCursor(`(${text})`).expr() } };
}

/** The type made of the shared scalar types, which code compares by identity. */
function same(type: Type): Type {
  if (type.kind === "ARRAY" || type.kind === "RANGE")
    return { ...type, element: same(type.element) };
  if (type.kind === "STRUCT")
    return { ...type, fields: type.fields.map((f) => ({ ...f, type: same(f.type) })) };
  return scalarNamed(type.kind) ?? type;
}

/** Notes insertIds in the file, in the transaction of their rows. */
export async function writeInsertIds(
  connection: DuckDBConnection,
  place: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const appender = await connection.createAppender("insert_ids");
  const now = BigInt(Date.now());
  for (const id of ids) {
    appender.appendVarchar(place);
    appender.appendVarchar(id);
    appender.appendBigInt(now);
    appender.endRow();
  }
  appender.closeSync();
}
