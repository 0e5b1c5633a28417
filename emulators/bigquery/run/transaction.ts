import { SqlError, UnsupportedError } from "../sql/error.ts";
import type { Statement } from "../sql/statement.ts";
import type { Environment } from "./environment.ts";

type End = Extract<Statement, { kind: "transaction" }>;

/** The transaction ends, and nothing of it stays. */
class RolledBack<Jump> extends Error {
  readonly taken: number;
  readonly jump: Jump | undefined;

  constructor(taken: number, jump: Jump | undefined) {
    super("rolled back");
    this.taken = taken;
    this.jump = jump;
  }
}

/** Transactions of several statements: BEGIN TRANSACTION up to COMMIT, ROLLBACK, an error or the script's end. */
export class Transactions<Jump> {
  private readonly env: Environment;
  private ended: "commit" | "rollback" | undefined;

  constructor(env: Environment) {
    this.env = env;
  }

  /** Runs the statements after BEGIN; says how many of them were its own, its end included. */
  async run(
    statements: readonly Statement[],
    at: number,
    step: (statement: Statement) => Promise<Jump | undefined>,
  ): Promise<{ taken: number; jump: Jump | undefined }> {
    const { transaction, store, temporaryTables } = this.env;
    if (transaction.open)
      throw new SqlError("A transaction is already active: transactions cannot be nested", at);
    const tables = new Map(temporaryTables);
    try {
      return await store.change(async () => {
        transaction.open = true;
        transaction.failed = false;
        this.ended = undefined;
        for (const [i, statement] of statements.entries()) {
          const jump = await step(statement);
          if (this.hasEnded("commit")) return { taken: i + 1, jump };
          if (this.hasEnded("rollback")) throw new RolledBack(i + 1, jump);
          if (jump !== undefined) throw new RolledBack(i + 1, jump);
        }
        if (this.env.scopes.length > 1)
          throw new UnsupportedError("a transaction that outlives its block", at);
        throw new RolledBack<Jump>(statements.length, undefined);
      });
    } catch (error) {
      temporaryTables.clear();
      for (const [name, table] of tables) temporaryTables.set(name, table);
      if (error instanceof RolledBack) return error as RolledBack<Jump>;
      transaction.failed = true;
      throw error;
    } finally {
      transaction.open = false;
    }
  }

  /** COMMIT or ROLLBACK. In a handler, ROLLBACK may say again what the error has done. */
  end({ action, at }: End): void {
    const { transaction } = this.env;
    if (action === "begin")
      throw new SqlError("A transaction is already active: transactions cannot be nested", at);
    if (transaction.open) this.ended = action;
    else if (action === "rollback" && transaction.failed) transaction.failed = false;
    else throw new SqlError("There is no active transaction", at);
  }

  private readonly hasEnded = (how: "commit" | "rollback"): boolean => this.ended === how;
}
