import { AsyncLocalStorage } from "node:async_hooks";
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { Type } from "../analyze/types.ts";
import { allUdfs } from "../functions/index.ts";
import { duckError } from "./duck-error.ts";
import { interruptible } from "./interrupt.ts";
import { keepRows, KeptRows, resultsDatabase } from "./kept-rows.ts";
import { type Plain, quote } from "./literal.ts";
import { keptAbove, readRows } from "./read-rows.ts";
import { registerUdfs } from "./udf.ts";
import { workFolder } from "./work-folder.ts";

export interface EngineOptions {
  /** A DuckDB file that keeps everything; without it everything is in memory, compressed. */
  readonly path?: string | undefined;
}

/** DuckDB as this emulator uses it: with no way out of it. */
export interface Engine {
  /** Rows of a query whose columns have these types. */
  query(sql: string, types: readonly Type[]): Promise<Plain[][]>;
  /** The same for what is given to a client: a large result is kept in DuckDB. */
  result(sql: string, types: readonly Type[]): Promise<Plain[][] | KeptRows>;
  /** Runs statements for their effect, one writer at a time; gives the number of changed rows of the last. */
  execute(sql: string): Promise<number>;
  /**
   * Runs `work` alone among writers, in one transaction that is taken back when it throws; then `undo` runs before
   * the next writer. What `work` executes through this engine, and its own transactions, are part of this one.
   */
  transaction<T>(work: (connection: DuckDBConnection) => Promise<T>, undo?: () => void): Promise<T>;
  /** Waits for the writers that are under way. */
  idle(): Promise<void>;
  /** Grows with every change of rows. */
  readonly changes: number;
  close(): void;
}

const settings = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_unsigned_extensions: "false",
  threads: "2",
  // What does not fit goes to a folder of this process: a large query is slow rather than refused.
  memory_limit: "400MB",
} as const;

export async function openEngine({ path }: EngineOptions = {}): Promise<Engine> {
  const release = path === undefined ? () => undefined : claim(path);
  const folder = workFolder();
  const instance = await DuckDBInstance.create(":memory:", {
    ...settings,
    temp_directory: folder,
  });
  const writer = await instance.connect();
  try {
    registerUdfs(writer, allUdfs());
    await writer.run(
      `ATTACH ${quote(path ?? ":memory:")} AS store${path === undefined ? " (COMPRESS)" : ""}`,
    );
    await writer.run("USE store");
    await writer.run(`ATTACH ':memory:' AS ${resultsDatabase} (COMPRESS)`);
    await writer.run("SET TimeZone = 'UTC'");
    await writer.run("SET enable_external_access = false");
    await writer.run("SET lock_configuration = true");
  } catch (error) {
    writer.closeSync();
    instance.closeSync();
    release();
    throw path === undefined ? error : openError(path, error);
  }
  return new DuckEngine(instance, writer, () => {
    rmSync(folder, { recursive: true, force: true });
    release();
  });
}

const claimed = new Set<string>();

/** DuckDB's lock on a file keeps other processes out, not this one. */
function claim(path: string): () => void {
  const file = resolve(path);
  if (claimed.has(file)) throw inUse(path);
  claimed.add(file);
  return () => claimed.delete(file);
}

const inUse = (path: string, cause?: unknown) =>
  new Error(`${path} is in use by another process: end that one, or name another file`, { cause });

function openError(path: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : "";
  return message.includes("Could not set lock")
    ? inUse(path, error)
    : new Error(`${path} cannot be opened as a file of the local BigQuery: ${message}`, {
        cause: error,
      });
}

class DuckEngine implements Engine {
  changes = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly inside = new AsyncLocalStorage<true>();
  private readonly instance: DuckDBInstance;
  private readonly writer: DuckDBConnection;
  private readonly release: () => void;

  constructor(instance: DuckDBInstance, writer: DuckDBConnection, release: () => void) {
    this.instance = instance;
    this.writer = writer;
    this.release = release;
  }

  query(sql: string, types: readonly Type[]): Promise<Plain[][]> {
    return this.connected(async (connection) => (await readRows(connection, sql, types)) ?? []);
  }

  result(sql: string, types: readonly Type[]): Promise<Plain[][] | KeptRows> {
    return this.connected(async (connection) => {
      const rows = await readRows(connection, sql, types, keptAbove);
      if (rows !== undefined) return rows;
      const { table, length } = await keepRows(connection, sql, types.length);
      return new KeptRows(table, length, types, (text, as) => this.query(text, as));
    });
  }

  private async connected<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.instance.connect();
    try {
      await connection.run("USE store");
      return await interruptible(connection, () => work(connection));
    } catch (error) {
      throw duckError(error);
    } finally {
      connection.closeSync();
    }
  }

  execute(sql: string): Promise<number> {
    return this.alone(async () => {
      try {
        return (await interruptible(this.writer, () => this.writer.run(sql))).rowsChanged;
      } catch (error) {
        throw duckError(error);
      } finally {
        this.changes += 1;
      }
    });
  }

  transaction<T>(
    work: (connection: DuckDBConnection) => Promise<T>,
    undo?: () => void,
  ): Promise<T> {
    const { writer } = this;
    if (this.inside.getStore() === true) return work(writer);
    return this.alone(async () => {
      await writer.run("BEGIN TRANSACTION");
      try {
        const result = await this.inside.run(true, () => interruptible(writer, () => work(writer)));
        await writer.run("COMMIT");
        return result;
      } catch (error) {
        // A failed COMMIT has ended the transaction itself.
        await writer.run("ROLLBACK").catch(() => undefined);
        undo?.();
        throw duckError(error);
      } finally {
        this.changes += 1;
      }
    });
  }

  async idle(): Promise<void> {
    await this.turn;
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.inside.getStore() === true) return work();
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined); // the next writer does not care why this one failed
    return mine;
  }

  close(): void {
    this.writer.closeSync();
    this.instance.closeSync();
    this.release();
  }
}
