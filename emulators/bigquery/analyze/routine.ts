import type { Call } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { CatalogRoutine } from "./catalog.ts";
import { coerce } from "./coerce.ts";
import type { Context, Relational } from "./context.ts";
import { wrongCount } from "./conditional.ts";
import type { Scope } from "./scope.ts";
import { named, type Typed } from "./typed.ts";
import { typeName } from "./types.ts";

/** The rows of a table function, its parameters being seen in `context`. */
export function tableOf(routine: CatalogRoutine, context: Context): Relational {
  if (routine.body.kind !== "subquery") throw new TypeError("a table function is a query");
  return context.analyzer.query(routine.body.query, context);
}

/** A call of a table function in FROM. */
export function tableCall(
  routine: CatalogRoutine,
  call: Pick<Call, "args" | "at">,
  context: Context,
): Relational {
  const inside = callContext(routine, call, context);
  return deeper(routine, call.at, context, () => tableOf(routine, inside));
}

/** A call of a SQL function: its body with the arguments in the place of its parameters. */
export function routineCall(routine: CatalogRoutine, call: Call, context: Context): Typed {
  if (call.named.length > 0) throw wrongCount(call);
  if (routine.yields === "table" || routine.yields === "procedure")
    throw new SqlError(`${routine.name} is a ${routine.yields} and has no value`, call.at);
  // Where an aggregate may stand, its call was put in the place of this one before.
  if (routine.yields === "aggregate")
    throw new SqlError(
      `Aggregate function ${routine.name} not allowed in ${context.clause}`,
      call.at,
    );
  if (call.safe)
    throw new SqlError(`Function ${routine.name} does not support SAFE error mode`, call.at);
  const inside = callContext(routine, call, context);
  return deeper(routine, call.at, context, () => {
    const body = context.analyzer.expr(routine.body, inside);
    if (routine.result === undefined) return { sql: body.sql, type: body.type };
    const result = coerce(body, routine.result);
    if (result === undefined)
      throw new SqlError(
        `Function declared to return ${typeName(routine.result)} but the function body produces incompatible type ${typeName(body.type)}`,
        call.at,
      );
    return { sql: result.sql, type: routine.result };
  });
}

/** What the body sees: its parameters, as expressions of their types and no literals any more. */
function callContext(
  routine: CatalogRoutine,
  call: Pick<Call, "args" | "at">,
  context: Context,
): Context {
  const args = call.args.map((arg) => context.analyzer.expr(arg, context));
  const fail = () =>
    new SqlError(
      `No matching signature for function ${routine.name} for argument types: ${args.map((arg) => typeName(arg.type)).join(", ")}`,
      call.at,
    );
  if (args.length !== routine.params.length) throw fail();
  const aliases = new Map<string, Typed>();
  for (const [i, { name, type }] of routine.params.entries()) {
    const value = type === undefined ? args[i] : coerce(args[i], type);
    if (value === undefined) throw fail();
    aliases.set(name.toUpperCase(), named(value, type ?? value.type, call.at));
  }
  const { grouping: _g, windows: _w, ...rest } = context;
  const scope: Scope = { relations: [], aliases };
  return { ...rest, scope, ctes: new Map(), clause: "a function's body" };
}

/** Functions that call themselves come to an end here. */
function deeper<T>(routine: CatalogRoutine, at: number, { session }: Context, work: () => T): T {
  if (session.depth.views > 15)
    throw new SqlError(`Function ${routine.name} is nested too deeply`, at);
  session.depth.views += 1;
  try {
    return work();
  } finally {
    session.depth.views -= 1;
  }
}
