import type { Call } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { CatalogRoutine } from "./catalog.ts";
import { coerce } from "./coerce.ts";
import type { Context } from "./context.ts";
import { wrongCount } from "./conditional.ts";
import type { Scope } from "./scope.ts";
import { type Typed } from "./typed.ts";
import { typeName } from "./types.ts";

/** A call of a SQL function: its body with the arguments in the place of its parameters. */
export function routineCall(routine: CatalogRoutine, call: Call, context: Context): Typed {
  if (call.args.length !== routine.params.length || call.named.length > 0) throw wrongCount(call);
  const aliases = new Map<string, Typed>();
  for (const [i, { name, type }] of routine.params.entries()) {
    const arg = context.analyzer.expr(call.args[i], context);
    const value = type === undefined ? arg : coerce(arg, type);
    if (value === undefined)
      throw new SqlError(
        `No matching signature for function ${routine.name} for argument types: ${typeName(arg.type)}`,
        call.at,
      );
    // Inside, a parameter is an expression of its type and no literal any more.
    aliases.set(name.toUpperCase(), { sql: value.sql, type: type ?? value.type });
  }
  const { session } = context;
  if (session.depth.views > 15)
    throw new SqlError(`Function ${routine.name} is nested too deeply`, call.at);
  session.depth.views += 1;
  try {
    const { grouping: _g, windows: _w, ...rest } = context;
    const scope: Scope = { relations: [], aliases };
    const body = context.analyzer.expr(routine.body, {
      ...rest,
      scope,
      ctes: new Map(),
      clause: "a function's body",
    });
    if (routine.result === undefined) return { sql: body.sql, type: body.type };
    const result = coerce(body, routine.result);
    if (result === undefined)
      throw new SqlError(
        `Function declared to return ${typeName(routine.result)} but the function body produces incompatible type ${typeName(body.type)}`,
        call.at,
      );
    const safe = call.safe ? `TRY(${result.sql})` : result.sql;
    return { sql: safe, type: routine.result };
  } finally {
    session.depth.views -= 1;
  }
}
