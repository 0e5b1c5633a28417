import { analyzeStatement } from "../analyze/analyze.ts";
import { resolveType } from "../analyze/cast.ts";
import { coerce } from "../analyze/coerce.ts";
import { literal, type Typed } from "../analyze/typed.ts";
import { BOOL, STRING, type Type, typeName } from "../analyze/types.ts";
import { KeptRows } from "../engine/kept-rows.ts";
import { breathe } from "../engine/interrupt.ts";
import type { Plain } from "../engine/literal.ts";
import type { Expr, Query } from "../sql/ast.ts";
import { SqlError, withPosition } from "../sql/error.ts";
import { openCursor } from "../sql/parse.ts";
import { parseScript } from "../sql/parse-script.ts";
import type { Statement } from "../sql/statement.ts";
import { alterTable } from "./alter.ts";
import { createSchema, createTable, createView, drop } from "./ddl.ts";
import { runDelete, runInsert, runTruncate, runUpdate } from "./dml.ts";
import { againIfChanged } from "./again.ts";
import { bytesOf } from "./bytes.ts";
import { contextOf, type Environment } from "./environment.ts";
import { runMerge } from "./merge.ts";
import { type Outcome, resultSchema } from "./outcome.ts";
import { createProcedure, prepareCall } from "./procedure.ts";
import { readRowsOf } from "./read.ts";
import { createFunction } from "./routine.ts";
import { Transactions } from "./transaction.ts";

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

/** How a statement list ended, when not by running to its end. */
type Jump =
  | { readonly kind: "leave" | "continue"; readonly label: string | undefined }
  | { readonly kind: "return" }
  | undefined;

/** A RAISE with its message, or an error on its way to a handler. */
class Raised extends SqlError {}

export class Script {
  readonly outcomes: Outcome[] = [];
  private readonly env: Environment;
  private readonly text: string;
  private readonly transactions: Transactions<Jump>;

  constructor(env: Environment, text: string) {
    this.env = env;
    this.text = text;
    this.transactions = new Transactions(env);
  }

  async run(statements: readonly Statement[]): Promise<Jump> {
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
  }

  private async step(statement: Statement): Promise<Jump> {
    switch (statement.kind) {
      case "declare":
        return this.declare(statement);
      case "set":
        return this.set(statement);
      case "if":
        return this.branch(statement);
      case "loop":
      case "while":
      case "repeat":
        return this.loop(statement);
      case "for":
        return this.each(statement);
      case "block":
        return this.block(statement);
      case "leave":
      case "continue":
        return { kind: statement.kind, label: statement.label?.toUpperCase() };
      case "return":
        return { kind: "return" };
      case "transaction":
        this.transactions.end(statement);
        return undefined;
      case "raise":
        return this.raise(statement);
      case "assert": {
        if ((await this.value(statement.condition, BOOL)) === true) return undefined;
        const message =
          statement.message === undefined
            ? "Assertion failed"
            : await this.value(statement.message, STRING);
        throw new SqlError(
          typeof message === "string" ? message : "Assertion failed",
          statement.at,
        );
      }
      case "execute":
        return this.execute(statement);
      case "call":
        return this.call(statement);
      default:
        this.outcomes.push({ ...(await runStatement(this.env, statement)), at: statement.at });
        return undefined;
    }
  }

  private scopeOf(name: string): Map<string, Typed> | undefined {
    return this.env.scopes.findLast((scope) => scope.has(name.toUpperCase()));
  }

  private async declare(statement: Of<"declare">): Promise<undefined> {
    const scope = this.env.scopes.at(-1);
    const initial =
      statement.value === undefined
        ? undefined
        : await this.evaluate(
            statement.value,
            statement.type === undefined ? undefined : resolveType(statement.type),
          );
    const type = statement.type === undefined ? initial?.type : resolveType(statement.type);
    if (type === undefined) throw new SqlError("DECLARE needs a type or a default", statement.at);
    for (const name of statement.names) {
      if (this.scopeOf(name) !== undefined)
        throw new SqlError(`Variable '${name}' redeclaration`, statement.at);
      scope.set(name.toUpperCase(), variable(initial?.value ?? null, type));
    }
  }

  private async set(statement: Of<"set">): Promise<undefined> {
    const types = statement.names.map((name) => {
      const known = this.scopeOf(name)?.get(name.toUpperCase());
      if (known === undefined) throw new SqlError(`Undeclared variable: ${name}`, statement.at);
      return known.type;
    });
    const [type] = types;
    const single = statement.names.length === 1 && !statement.tuple;
    const wanted: Type | undefined = single
      ? type
      : { kind: "STRUCT", fields: types.map((t) => ({ type: t })) };
    const { value } = await this.evaluate(statement.value, wanted);
    const values = single ? [value] : value === null ? undefined : (value as Plain[]);
    if (values === undefined)
      throw new SqlError("Cannot assign NULL to several variables", statement.at);
    for (const [i, name] of statement.names.entries())
      this.scopeOf(name)?.set(name.toUpperCase(), variable(values[i] ?? null, types[i]));
  }

  private async branch(statement: Of<"if">): Promise<Jump> {
    for (const { condition, body } of statement.branches)
      if (condition === undefined || (await this.value(condition, BOOL)) === true)
        return this.inScope(() => this.run(body));
    return undefined;
  }

  private async loop(statement: Of<"loop"> | Of<"while"> | Of<"repeat">): Promise<Jump> {
    const label = statement.label?.toUpperCase();
    for (;;) {
      await breathe(); // an empty loop would hold up the whole process
      if (statement.kind === "while" && (await this.value(statement.condition, BOOL)) !== true)
        return undefined;
      const jump = await this.inScope(() => this.run(statement.body));
      if (jump?.kind === "return") return jump;
      if (jump !== undefined && jump.label !== undefined && jump.label !== label) return jump;
      if (jump?.kind === "leave") return undefined;
      if (statement.kind === "repeat" && (await this.value(statement.until, BOOL)) === true)
        return undefined;
      if (Date.now() > this.env.deadline)
        throw new SqlError("The script took too long", statement.at, "timeout");
    }
  }

  private async each(statement: Of<"for">): Promise<Jump> {
    const label = statement.label?.toUpperCase();
    const { columns, rows } = await this.rows(statement.query);
    const type: Type = {
      kind: "STRUCT",
      fields: columns.map((c) =>
        c.name === undefined ? { type: c.type } : { name: c.name, type: c.type },
      ),
    };
    for (const row of rows) {
      const jump = await this.inScope(
        () => this.run(statement.body),
        new Map([[statement.name.toUpperCase(), variable(row, type)]]),
      );
      if (jump?.kind === "return") return jump;
      if (jump !== undefined && jump.label !== undefined && jump.label !== label) return jump;
      if (jump?.kind === "leave") return undefined;
    }
    return undefined;
  }

  private async block(statement: Of<"block">): Promise<Jump> {
    const depth = this.env.scopes.length;
    let jump: Jump;
    try {
      jump = await this.inScope(() => this.run(statement.body));
    } catch (error) {
      if (
        statement.handler === undefined ||
        !(error instanceof SqlError) ||
        error.reason === "notImplemented"
      )
        throw error;
      const { handler } = statement;
      this.env.scopes.length = depth;
      const before = this.env.systemVariables.get("ERROR.MESSAGE");
      const message =
        error instanceof Raised
          ? error.message
          : withPosition(error.message, this.text, error.offset);
      this.env.systemVariables.set("ERROR.MESSAGE", literal(message, STRING));
      try {
        return await this.inScope(() => this.run(handler));
      } finally {
        if (before === undefined) this.env.systemVariables.delete("ERROR.MESSAGE");
        else this.env.systemVariables.set("ERROR.MESSAGE", before);
      }
    }
    const leaves =
      jump !== undefined &&
      jump.kind === "leave" &&
      jump.label !== undefined &&
      jump.label === statement.label?.toUpperCase();
    return leaves ? undefined : jump;
  }

  private async raise(statement: Of<"raise">): Promise<never> {
    const current = this.env.systemVariables.get("ERROR.MESSAGE")?.literal?.value;
    if (statement.message === undefined) {
      if (typeof current !== "string")
        throw new SqlError(
          "Cannot re-raise an existing exception outside of an exception handler",
          statement.at,
        );
      throw new Raised(current);
    }
    const message = await this.value(statement.message, STRING);
    throw new Raised(typeof message === "string" ? message : "", statement.at);
  }

  private async execute(statement: Of<"execute">): Promise<undefined> {
    const text = await this.value(statement.text, STRING);
    if (typeof text !== "string")
      throw new SqlError("EXECUTE IMMEDIATE sql string cannot be NULL", statement.at);
    const params = new Map<string, Typed>();
    for (const [i, { expr, alias }] of statement.using.entries()) {
      const { value, type } = await this.evaluate(expr, undefined);
      params.set(alias?.toUpperCase() ?? `?${i}`, literal(value, type));
    }
    const inner: Environment = { ...this.env, params };
    const [only, ...more] = parseScript(openCursor(text));
    if (only === undefined || more.length > 0)
      throw new SqlError("EXECUTE IMMEDIATE takes one statement", statement.at);
    let outcome: Outcome;
    try {
      outcome = await runStatement(inner, only);
    } catch (error) {
      if (error instanceof SqlError)
        throw new SqlError(
          withPosition(error.message, text, error.offset),
          undefined,
          error.reason,
        );
      throw error;
    }
    if (statement.into.length === 0) this.outcomes.push({ ...outcome, at: statement.at });
    else this.into(statement, outcome);
  }

  /** A procedure sees its own variables only; what its statements yield is part of this script. */
  private async call(statement: Of<"call">): Promise<undefined> {
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

  private into(statement: Of<"execute">, outcome: Outcome): void {
    const rows = outcome.rows ?? [];
    if (rows.length > 1 || outcome.kept !== undefined)
      throw new SqlError("EXECUTE IMMEDIATE INTO clause supports only one row", statement.at);
    for (const [i, name] of statement.into.entries()) {
      const scope = this.scopeOf(name);
      const known = scope?.get(name.toUpperCase());
      const from = outcome.types?.[i];
      if (scope === undefined || known === undefined)
        throw new SqlError(`Undeclared variable: ${name}`, statement.at);
      const value =
        from === undefined ? undefined : coerce(literal(rows[0]?.[i] ?? null, from), known.type);
      if (value?.literal === undefined)
        throw new SqlError(
          `Cannot assign ${from === undefined ? "nothing" : typeName(from)} to variable ${name}`,
          statement.at,
        );
      scope.set(name.toUpperCase(), variable(value.literal.value, known.type));
    }
  }

  private async inScope<T>(
    work: () => Promise<T>,
    variables = new Map<string, Typed>(),
  ): Promise<T> {
    this.env.scopes.push(variables);
    try {
      return await work();
    } finally {
      this.env.scopes.pop();
    }
  }

  private async rows(
    query: Query,
  ): Promise<{ columns: readonly { name: string | undefined; type: Type }[]; rows: Plain[][] }> {
    const { sql, columns } = analyzeStatement(query, contextOf(this.env));
    return {
      columns,
      rows: await readRowsOf(
        this.env,
        sql,
        columns.map((c) => c.type),
      ),
    };
  }

  /** The value of an expression now, in type `wanted` when one is given. */
  private async evaluate(
    node: Expr,
    wanted: Type | undefined,
  ): Promise<{ value: Plain; type: Type }> {
    const context = contextOf(this.env);
    const found = context.analyzer.expr(node, { ...context, clause: "this expression" });
    const value = wanted === undefined ? found : coerce(found, wanted);
    if (value === undefined)
      throw new SqlError(
        `Cannot coerce expression of type ${typeName(found.type)} to type ${typeName(wanted as Type)}`,
        node.at,
      );
    const [row] = await readRowsOf(this.env, `SELECT ${value.sql} AS c0`, [value.type]);
    return { value: row?.[0] ?? null, type: value.type };
  }

  private async value(node: Expr, type: Type): Promise<Plain> {
    return (await this.evaluate(node, type)).value;
  }
}

/** A variable reads as an expression of its type; only its value is put in. */
const variable = (value: Plain, type: Type): Typed => ({ sql: literal(value, type).sql, type });

/** Runs a statement that is not procedural. */
async function runStatement(env: Environment, statement: Statement): Promise<Outcome> {
  switch (statement.kind) {
    case "query":
      return againIfChanged(env, () => runQuery(env, statement.query));
    case "insert":
      return runInsert(env, statement);
    case "update":
      return runUpdate(env, statement);
    case "delete":
      return runDelete(env, statement);
    case "merge":
      return runMerge(env, statement);
    case "truncate":
      return runTruncate(env, statement);
    case "create table":
      return env.store.change(() => createTable(env, statement));
    case "create view":
      return env.store.change(() => createView(env, statement));
    case "create function":
      return env.store.change(() => createFunction(env, statement));
    case "create procedure":
      return env.store.change(() => createProcedure(env, statement));
    case "create schema":
      return env.store.change(() => createSchema(env, statement));
    case "drop":
      return env.store.change(() => drop(env, statement));
    case "alter table":
      return env.store.change(() => alterTable(env, statement));
    default:
      throw new SqlError(`${statement.kind.toUpperCase()} cannot stand here`, statement.at);
  }
}

async function runQuery(env: Environment, query: Query): Promise<Outcome> {
  const context = contextOf(env);
  const { sql, columns } = analyzeStatement(query, context);
  const types = columns.map((c) => c.type);
  const [result, bytes] = await Promise.all([
    env.dryRun
      ? []
      : env.transaction.open
        ? readRowsOf(env, sql, types)
        : env.store.engine.result(sql, types),
    bytesOf(env, sql),
  ]);
  for (const [i, type] of types.entries())
    if (type.kind === "ARRAY" && (await hasNullElement(result, i)))
      throw new SqlError(
        `Array cannot have a null element; error in writing field ${resultSchema(columns)[i]?.name}`,
      );
  return {
    statementType: "SELECT",
    schema: resultSchema(columns),
    types,
    ...(result instanceof KeptRows ? { kept: result } : { rows: result }),
    bytes,
    referenced: [...context.session.referenced],
  };
}

const hasNullElement = async (result: Plain[][] | KeptRows, column: number): Promise<boolean> =>
  result instanceof KeptRows
    ? result.hasNullElement(column)
    : result.some((row) => ((row[column] ?? []) as Plain[]).includes(null));
