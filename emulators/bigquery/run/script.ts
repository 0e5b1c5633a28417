import { literal, typed } from "../analyze/typed.ts";
import { INT64 } from "../analyze/types.ts";
import { SqlError, withPosition } from "../sql/error.ts";
import type { Statement, StatementOf as Of } from "../sql/statement.ts";
import { assert, block, raise, Raised } from "./block.ts";
import { branch, each, loop } from "./branches.ts";
import type { Environment } from "./environment.ts";
import { execute } from "./execute.ts";
import type { Flow, Jump } from "./flow.ts";
import type { Outcome } from "./outcome.ts";
import { runStatement } from "./plain-statement.ts";
import { prepareCall } from "./procedure.ts";
import { Transactions } from "./transaction.ts";
import { declare, set } from "./variables.ts";

/** @@row_count: what the last statement inserted, changed and deleted, if it was DML. */
function countRows({ systemVariables }: Environment, { affected }: Outcome): void {
  const count =
    affected === undefined ? null : Object.values(affected).reduce((sum, n) => sum + n, 0);
  const { sql } = literal(count === null ? null : BigInt(count), INT64);
  systemVariables.set("ROW_COUNT", typed(sql, INT64));
}

/** Runs the statements of a script one after another and keeps what each of them left. */
export class Script implements Flow {
  readonly outcomes: Outcome[] = [];
  readonly env: Environment;
  readonly text: string;
  private readonly transactions: Transactions<Jump>;

  constructor(env: Environment, text: string) {
    this.env = env;
    this.text = text;
    this.transactions = new Transactions(env);
  }

  readonly run = async (statements: readonly Statement[]): Promise<Jump> => {
    for (let i = 0; i < statements.length; i += 1) {
      const statement = statements[i];
      if (Date.now() > this.env.deadline)
        throw new SqlError("The script took too long", statement.at, "timeout");
      if (statement.kind === "transaction" && statement.action === "begin") {
        const rest = statements.slice(i + 1);
        const { taken, jump } = await this.transactions.run(rest, statement.at, (inside) =>
          this.step(inside),
        );
        if (jump !== undefined) return jump;
        i += taken;
      } else {
        const jump = await this.step(statement);
        if (jump !== undefined) return jump;
      }
    }
    return undefined;
  };

  private async step(statement: Statement): Promise<Jump> {
    const { env, outcomes } = this;
    switch (statement.kind) {
      case "declare":
        await declare(env, statement);
        return undefined;
      case "set":
        await set(env, statement);
        return undefined;
      case "if":
        return branch(this, statement);
      case "loop":
      case "while":
      case "repeat":
        return loop(this, statement);
      case "for":
        return each(this, statement);
      case "block":
        return block(this, statement);
      case "leave":
      case "continue":
        return { kind: statement.kind, label: statement.label?.toUpperCase() };
      case "return":
        return { kind: "return" };
      case "transaction":
        this.transactions.end(statement);
        return undefined;
      case "raise":
        return raise(env, statement);
      case "assert":
        await assert(env, statement);
        return undefined;
      case "execute": {
        const outcome = await execute(env, statement);
        if (outcome !== undefined) outcomes.push(outcome);
        return undefined;
      }
      case "call":
        await this.call(statement);
        return undefined;
      default: {
        const outcome = await runStatement(env, statement);
        outcomes.push({ ...outcome, at: statement.at });
        countRows(env, outcome);
        return undefined;
      }
    }
  }

  /** A procedure sees its own variables only; what its statements yield is part of this script. */
  private async call(statement: Of<"call">): Promise<void> {
    const { text, body, scope, finish } = await prepareCall(this.env, statement);
    const inner: Environment = { ...this.env, scopes: [scope], params: new Map() };
    const script = new Script(inner, text);
    if (this.env.depth.calls >= 50)
      throw new SqlError("Procedures call each other too deeply", statement.at);
    this.env.depth.calls += 1;
    try {
      await script.run([body]);
    } catch (error) {
      if (!(error instanceof SqlError) || error instanceof Raised) throw error;
      throw new SqlError(withPosition(error.message, text, error.offset), undefined, error.reason);
    } finally {
      this.env.depth.calls -= 1;
      this.outcomes.push(...script.outcomes);
    }
    finish();
  }
}
