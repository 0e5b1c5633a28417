import { AsyncLocalStorage } from "node:async_hooks";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { Type } from "../analyze/types.ts";
import { duckError } from "./duck-error.ts";
import { interruptible } from "./interrupt.ts";
import { keepRows, KeptRows } from "./kept-rows.ts";
import type { Plain } from "./literal.ts";
import { checkNesting } from "./nesting.ts";
import { keptAbove, readRows } from "./read-rows.ts";

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
  /** Whether the caller is part of a transaction: its queries see what that has written. */
  readonly isInTransaction: boolean;
  /** Waits for the writers that are under way. */
  idle(): Promise<void>;
  /** Grows with every change of rows. */
  readonly changes: number;
  close(): void;
}

/** The statements of a transaction share one connection, which does one thing at a time. */
interface Inside {
  turn: Promise<unknown>;
}

export class DuckEngine implements Engine {
  changes = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly inside = new AsyncLocalStorage<Inside>();
  private readonly instance: DuckDBInstance;
  private readonly writer: DuckDBConnection;
  private readonly release: () => void;

  constructor(instance: DuckDBInstance, writer: DuckDBConnection, release: () => void) {
    this.instance = instance;
    this.writer = writer;
    this.release = release;
  }

  get isInTransaction(): boolean {
    return this.inside.getStore() !== undefined;
  }

  query(sql: string, types: readonly Type[]): Promise<Plain[][]> {
    return this.connected(sql, (connection) => allRows(connection, sql, types));
  }

  result(sql: string, types: readonly Type[]): Promise<Plain[][] | KeptRows> {
    return this.connected(sql, async (connection) => {
      const rows = await readRows(connection, sql, types, keptAbove);
      if (rows !== undefined) return rows;
      const keep = (own: DuckDBConnection) => keepRows(connection, own, sql, types);
      // A transaction writes to one database only, and what is kept outlives it.
      const kept = this.isInTransaction ? await this.onOwn(keep) : await keep(connection);
      return new KeptRows(kept.table, kept.length, types, (text, as) =>
        this.onOwn((own) => allRows(own, text, as)),
      );
    });
  }

  /** In a transaction on its connection, else on a new one. */
  private async connected<T>(
    sql: string,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    checkNesting(sql);
    if (!this.isInTransaction) return this.onOwn(work);
    return this.inTurn(() => withWords(() => interruptible(this.writer, () => work(this.writer))));
  }

  private async onOwn<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.instance.connect();
    try {
      return await withWords(async () => {
        await connection.run("USE store");
        return interruptible(connection, () => work(connection));
      });
    } finally {
      connection.closeSync();
    }
  }

  async execute(sql: string): Promise<number> {
    checkNesting(sql);
    return this.alone(async () => {
      try {
        return await withWords(
          async () => (await interruptible(this.writer, () => this.writer.run(sql))).rowsChanged,
        );
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
    if (this.isInTransaction) return work(writer);
    return this.alone(async () => {
      await writer.run("BEGIN TRANSACTION");
      try {
        const result = await this.inside.run({ turn: Promise.resolve() }, () =>
          interruptible(writer, () => work(writer)),
        );
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
    if (this.isInTransaction) return this.inTurn(work);
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined); // the next writer does not care why this one failed
    return mine;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const inside = this.inside.getStore() ?? { turn: Promise.resolve() };
    const mine = inside.turn.then(work);
    inside.turn = mine.catch(() => undefined);
    return mine;
  }

  close(): void {
    this.writer.closeSync();
    this.instance.closeSync();
    this.release();
  }
}

const allRows = async (connection: DuckDBConnection, sql: string, types: readonly Type[]) =>
  (await readRows(connection, sql, types)) ?? [];

async function withWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw duckError(error);
  }
}
