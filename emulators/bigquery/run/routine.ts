import { parseWhole } from "../analyze/analyze.ts";
import { resolveType } from "../analyze/cast.ts";
import type { CatalogRoutine } from "../analyze/catalog.ts";
import { coerce } from "../analyze/coerce.ts";
import type { Context } from "../analyze/context.ts";
import { tableOf } from "../analyze/routine.ts";
import { type Typed, typed } from "../analyze/typed.ts";
import { type Type, typeName } from "../analyze/types.ts";
import { SqlError } from "../sql/error.ts";
import type { StatementOf as Of } from "../sql/statement.ts";
import { done } from "./ddl.ts";
import { contextOf, type Environment } from "./environment.ts";
import type { Outcome } from "./outcome.ts";
import { placeOf } from "./target.ts";

export function createFunction(env: Environment, statement: Of<"create function">): Outcome {
  for (const type of [...statement.params.map((param) => param.type), statement.returns])
    if (type?.kind === "simple" && type.params.length > 0)
      throw new SqlError(
        `Type parameters are not allowed in the parameters and the result of a function: ${type.name}(${type.params.join(", ")})`,
        type.at,
      );
  const params = statement.params.map(({ name, type }) => ({
    name,
    type: type === undefined ? undefined : resolveType(type),
  }));
  const result: Type | undefined =
    statement.returns === undefined ? undefined : resolveType(statement.returns);
  const name = statement.path.at(-1) ?? "";
  const { yields, body } = statement;
  const routine: CatalogRoutine = { name, params, result, body, yields };
  checkBody(env, routine, statement);
  if (statement.temp || statement.path.length === 1) {
    if (!statement.temp)
      throw new SqlError(`Function "${name}" must be qualified with a dataset`, statement.at);
    env.temporaryRoutines.set(name.toUpperCase(), routine);
    return done("CREATE", "CREATE_FUNCTION");
  }
  return storeRoutine(env, statement, routine, statement.text.slice(1, -1), "CREATE_FUNCTION");
}

/** Puts a routine into its dataset; `definition` is the text that its body is read from again. */
export function storeRoutine(
  env: Environment,
  statement: Of<"create function"> | Of<"create procedure">,
  routine: CatalogRoutine,
  definition: string,
  type: string,
): Outcome {
  const { store } = env;
  const place = placeOf(env, statement.path);
  const { routines } = store.dataset(place.dataset);
  const existing = routines.get(place.name);
  if (existing !== undefined && statement.ifNotExists) return done("SKIP", type);
  if (existing !== undefined && !statement.orReplace)
    throw new SqlError(
      `Already Exists: Routine ${store.projectId}:${place.dataset}.${place.name}`,
      undefined,
      "duplicate",
    );
  if (!env.dryRun)
    routines.set(place.name, {
      id: place.name,
      routine,
      resource: { definitionBody: definition },
      created: Date.now(),
    });
  return done(existing === undefined ? "CREATE" : "REPLACE", type);
}

/** A body with types is analyzed when it is created, so that its errors show then. */
function checkBody(
  env: Environment,
  routine: CatalogRoutine,
  statement: Of<"create function">,
): void {
  if (routine.params.some((p) => p.type === undefined)) return;
  const context = contextOf({ ...env, scopes: [] });
  const aliases = new Map(
    routine.params.map((p) => [p.name.toUpperCase(), { sql: "p", type: p.type as Type }]),
  );
  const inside = { ...context, scope: { relations: [], aliases }, clause: "a function's body" };
  if (routine.yields === "table") return void tableOf(routine, inside);
  const body =
    routine.yields === "aggregate"
      ? aggregateOf(statement, routine, context)
      : context.analyzer.expr(routine.body, inside);
  if (routine.result === undefined) return;
  if (coerce(body, routine.result) !== undefined) return;
  throw new SqlError(
    `Function declared to return ${typeName(routine.result)} but the function body produces incompatible type ${typeName(body.type)}`,
    statement.at,
  );
}

/** The body of an aggregate function over a table whose columns are its parameters, grouped by the constant ones. */
function aggregateOf(
  statement: Of<"create function">,
  { params }: CatalogRoutine,
  context: Context,
): Typed {
  const columns = params.map(
    ({ name, type }) => `CAST(NULL AS ${typeName(type as Type)}) AS \`${name}\``,
  );
  const keys = statement.params.flatMap(({ name, constant }) =>
    constant === true ? [`\`${name}\``] : [],
  );
  const query = parseWhole(
    `SELECT ${statement.text} FROM (SELECT ${[...columns, "1"].join(", ")}) GROUP BY ${keys.join(", ") || "()"}`,
  );
  const [column] = context.analyzer.query(query, context).columns;
  if (column === undefined) throw new TypeError("a SELECT of one expression has one column");
  return column.value ?? typed("", column.type);
}
