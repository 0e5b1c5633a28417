import { quote } from "../engine/literal.ts";
import type { Call } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { castSql } from "./cast.ts";
import { coerce } from "./coerce.ts";
import { exactly, wrongCount } from "./conditional.ts";
import type { Context } from "./context.ts";
import { type Typed, typed } from "./typed.ts";
import { arrayOf, BOOL, FLOAT64, INT64, STRING, structOf, type Type } from "./types.ts";

type Form = (call: Call, context: Context) => Typed;

/** TRUE when a part has the text, NULL when none has and one is NULL, else FALSE. */
function containsSql(sql: string, type: Type, part: string, scope: string): string | undefined {
  if (type.kind === "STRUCT") {
    const parts = type.fields.map((field, i) =>
      containsSql(`struct_extract(${sql}, '_${i + 1}')`, field.type, part, scope),
    );
    return parts.includes(undefined) ? undefined : `(${parts.join(" OR ")})`;
  }
  if (type.kind === "ARRAY") {
    const item = containsSql("x", type.element, part, scope);
    if (item === undefined) return undefined;
    const found = `list_transform(${sql}, lambda x: ${item})`;
    return `list_transform([${found}], lambda p: CASE WHEN p IS NULL THEN NULL WHEN list_contains(p, TRUE) THEN TRUE WHEN len(list_filter(p, lambda q: q IS NULL)) > 0 THEN NULL ELSE FALSE END)[1]`;
  }
  if (type.kind === "JSON") return `gsql_contains_json(${sql}, ${part}, ${scope})`;
  const text = castSql(sql, type, STRING, false);
  return text === undefined ? undefined : `gsql_contains(${text}, ${part})`;
}

const containsSubstr: Form = (call, context) => {
  const [value, part] = exactly(
    call.args.map((arg) => context.analyzer.expr(arg, context)),
    2,
    call,
  ) as [Typed, Typed];
  const [named, ...more] = call.named;
  if (more.length > 0 || (named !== undefined && named.name !== "JSON_SCOPE"))
    throw new SqlError(`CONTAINS_SUBSTR takes one named argument, json_scope`, call.at);
  const scope =
    named === undefined ? undefined : coerce(context.analyzer.expr(named.expr, context), STRING);
  const text = coerce(part, STRING);
  if (text?.literal?.kind !== "value" || (named !== undefined && scope === undefined))
    throw new SqlError(
      "CONTAINS_SUBSTR must be called with a search value that is a STRING literal and not NULL",
      call.at,
    );
  const sql = containsSql(value.sql, value.type, text.sql, scope?.sql ?? quote("JSON_VALUES"));
  if (sql === undefined) throw wrongCount(call, [value, part]);
  return typed(sql, BOOL);
};

/** A sparse vector's dimensions and its values. */
const side = ({ sql }: Typed) =>
  `list_transform(${sql}, lambda x: CAST(struct_extract(x, '_1') AS VARCHAR)), list_transform(${sql}, lambda x: struct_extract(x, '_2'))`;

/** Over vectors of numbers, or of dimensions with their numbers. */
const distance: Form = (call, context) => {
  const args = exactly(
    call.args.map((arg) => context.analyzer.expr(arg, context)),
    2,
    call,
  );
  const name = `gsql_${call.name.toLowerCase()}`;
  const suffix = call.safe ? "_safe" : "";
  const as = (type: Type) => args.map((arg) => coerce(arg, arrayOf(type)));
  const [x, y] = as(FLOAT64);
  if (x !== undefined && y !== undefined)
    return typed(`${name}${suffix}(${x.sql}, ${y.sql})`, FLOAT64);
  for (const key of [INT64, STRING]) {
    const [a, b] = as(structOf([{ type: key }, { type: FLOAT64 }]));
    if (a === undefined || b === undefined) continue;
    return typed(`${name}_sparse${suffix}(${side(a)}, ${side(b)})`, FLOAT64);
  }
  throw wrongCount(call, args);
};

export const searchForms: Readonly<Record<string, Form>> = {
  CONTAINS_SUBSTR: containsSubstr,
  COSINE_DISTANCE: distance,
  EUCLIDEAN_DISTANCE: distance,
};
