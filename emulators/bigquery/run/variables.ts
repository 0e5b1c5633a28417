import { resolveType } from "../analyze/cast.ts";
import { limitsOf } from "../analyze/type-limits.ts";
import { coerce } from "../analyze/coerce.ts";
import { literal } from "../analyze/typed.ts";
import { type Type, typeName } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { SqlError } from "../sql/error.ts";
import type { StatementOf as Of } from "../sql/statement.ts";
import type { Environment } from "./environment.ts";
import { evaluate, limited, scopeOf, variable } from "./evaluate.ts";
import type { Outcome } from "./outcome.ts";

const undeclared = (name: string, at: number) => new SqlError(`Undeclared variable: ${name}`, at);

export async function declare(
  env: Environment,
  { names, type: written, value, at }: Of<"declare">,
): Promise<void> {
  const scope = env.scopes.at(-1);
  const wanted = written === undefined ? undefined : resolveType(written);
  const limits = written === undefined || wanted === undefined ? {} : limitsOf(written, wanted);
  const initial = value === undefined ? undefined : await evaluate(env, value, wanted);
  const type = wanted ?? initial?.type;
  if (type === undefined) throw new SqlError("DECLARE needs a type or a default", at);
  const first = await limited(env, initial?.value ?? null, type, limits);
  for (const name of names) {
    if (scopeOf(env, name) !== undefined)
      throw new SqlError(`Variable '${name}' redeclaration`, at);
    scope?.set(name.toUpperCase(), variable(first, type, limits));
  }
}

export async function set(
  env: Environment,
  { names, tuple, value: written, at }: Of<"set">,
): Promise<void> {
  const variables = names.map((name) => {
    const known = scopeOf(env, name)?.get(name.toUpperCase());
    if (known === undefined) throw undeclared(name, at);
    return known;
  });
  const types = variables.map((known) => known.type);
  const [type] = types;
  const single = names.length === 1 && !tuple;
  const wanted: Type | undefined = single
    ? type
    : { kind: "STRUCT", fields: types.map((t) => ({ type: t })) };
  const { value } = await evaluate(env, written, wanted);
  const values = single ? [value] : value === null ? undefined : (value as Plain[]);
  if (values === undefined) throw new SqlError("Cannot assign NULL to several variables", at);
  const fitting = await Promise.all(
    variables.map(({ type: own, limits }, i) => limited(env, values[i] ?? null, own, limits)),
  );
  for (const [i, name] of names.entries())
    scopeOf(env, name)?.set(
      name.toUpperCase(),
      variable(fitting[i], types[i], variables[i].limits),
    );
}

/** EXECUTE IMMEDIATE … INTO: the one row of an outcome, or NULLs, into variables. */
export async function assignInto(
  env: Environment,
  names: readonly string[],
  { rows = [], kept, types }: Outcome,
  at: number,
): Promise<void> {
  if (rows.length > 1 || kept !== undefined)
    throw new SqlError("EXECUTE IMMEDIATE INTO clause supports only one row", at);
  for (const [i, name] of names.entries()) {
    const scope = scopeOf(env, name);
    const known = scope?.get(name.toUpperCase());
    const from = types?.[i];
    if (scope === undefined || known === undefined) throw undeclared(name, at);
    const value =
      from === undefined ? undefined : coerce(literal(rows[0]?.[i] ?? null, from), known.type);
    if (value?.literal === undefined)
      throw new SqlError(
        `Cannot assign ${from === undefined ? "nothing" : typeName(from)} to variable ${name}`,
        at,
      );
    const fitting = await limited(env, value.literal.value, known.type, known.limits);
    scope.set(name.toUpperCase(), variable(fitting, known.type, known.limits));
  }
}
