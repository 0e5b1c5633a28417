import { resolveType } from "../analyze/cast.ts";
import type { CatalogRoutine } from "../analyze/catalog.ts";
import { coerce } from "../analyze/coerce.ts";
import { literal, type Typed, typed } from "../analyze/typed.ts";
import { typeName } from "../analyze/types.ts";
import { SqlError } from "../sql/error.ts";
import { openCursor } from "../sql/parse.ts";
import { parseStoredProcedure } from "../sql/parse-script.ts";
import type { Statement, StatementOf as Of } from "../sql/statement.ts";
import { contextOf, type Environment } from "./environment.ts";
import type { Outcome } from "./outcome.ts";
import { storeRoutine } from "./routine.ts";

/** Keeps the text of a procedure; what its statements mean shows when it is called. */
export function createProcedure(env: Environment, statement: Of<"create procedure">): Outcome {
  const params = statement.params.map(({ name, type }) => ({
    name,
    type: type === undefined ? undefined : resolveType(type),
  }));
  const { text, at } = statement;
  const body = { kind: "literal", value: { type: "string", text }, at } as const;
  const name = statement.path.at(-1) ?? "";
  const routine: CatalogRoutine = { name, params, result: undefined, body, yields: "procedure" };
  return storeRoutine(env, statement, routine, JSON.stringify(text), "CREATE_PROCEDURE");
}

/** The variables that a procedure starts with, its statement and text, and what is done when it has ended. */
export interface ProcedureCall {
  readonly text: string;
  readonly body: Statement;
  readonly scope: Map<string, Typed>;
  /** Puts OUT and INOUT values into the caller's variables. */
  readonly finish: () => void;
}

export async function prepareCall(
  env: Environment,
  { path, args, at }: Of<"call">,
): Promise<ProcedureCall> {
  const context = contextOf(env);
  const routine = context.session.catalog.routine(path);
  if (routine?.yields !== "procedure" || routine.body.kind !== "literal")
    throw new SqlError(`Procedure not found: ${path.join(".")}`, at);
  const { value } = routine.body;
  if (value.type !== "string") throw new TypeError("a procedure's body is its text");
  const { params, body } = parseStoredProcedure(openCursor(value.text));
  if (args.length !== params.length)
    throw new SqlError(
      `Procedure ${routine.name} takes ${params.length} arguments, not ${args.length}`,
      at,
    );
  const scope = new Map<string, Typed>();
  const after: (() => void)[] = [];
  for (const [i, { name, type, mode }] of params.entries()) {
    const arg = args[i];
    const given = context.analyzer.expr(arg, { ...context, clause: "CALL statement" });
    const wanted = type === undefined ? given.type : resolveType(type);
    const fail = (from: string, to: string) =>
      new SqlError(
        `Invalid value for argument ${name} of procedure ${routine.name}: ${from} does not coerce to ${to}`,
        arg.at,
      );
    if (mode !== "in") {
      const key = arg.kind === "name" ? arg.name.toUpperCase() : "";
      const own = env.scopes.findLast((variables) => variables.has(key));
      if (own === undefined)
        throw new SqlError(
          `An ${mode.toUpperCase()} argument of a procedure must be a variable`,
          arg.at,
        );
      if (coerce(typed("", wanted), given.type) === undefined)
        throw fail(typeName(wanted), typeName(given.type));
      after.push(() => {
        const result = coerce(scope.get(name.toUpperCase()) ?? given, given.type);
        if (result !== undefined) own.set(key, { sql: result.sql, type: given.type });
      });
    }
    const input = mode === "out" ? literal(null, wanted) : coerce(given, wanted);
    if (input === undefined) throw fail(typeName(given.type), typeName(wanted));
    const [row] = await env.store.engine.query(`SELECT ${input.sql} AS c0`, [wanted]);
    scope.set(name.toUpperCase(), { sql: literal(row?.[0] ?? null, wanted).sql, type: wanted });
  }
  return {
    text: value.text,
    body,
    scope,
    finish: () => {
      for (const set of after) set();
    },
  };
}
