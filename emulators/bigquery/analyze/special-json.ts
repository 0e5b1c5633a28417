import { quote } from "../engine/literal.ts";
import type { Call, Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { jsonSql, textSql } from "./any-value.ts";
import { coerce } from "./coerce.ts";
import { wrongCount } from "./conditional.ts";
import type { Context } from "./context.ts";
import { isNull, type Typed, typed } from "./typed.ts";
import { arrayOf, BOOL, JSON_TYPE, STRING, type Type, typeName } from "./types.ts";

type Form = (call: Call, context: Context) => Typed;

const analyze = (call: Call, context: Context) =>
  call.args.map((arg) => context.analyzer.expr(arg, context));

function noMatch(call: Call, args: readonly Typed[]): SqlError {
  const types = args.map((arg) => (isNull(arg) ? "NULL" : typeName(arg.type))).join(", ");
  return new SqlError(
    `No matching signature for function ${call.name} for argument types: ${types}`,
    call.at,
  );
}

function named(call: Call, name: string, type: Type, context: Context): Typed | undefined {
  const found = call.named.find((arg) => arg.name === name);
  if (found === undefined) return undefined;
  const value = coerce(context.analyzer.expr(found.expr, context), type);
  if (value === undefined)
    throw new SqlError(`Named argument ${name.toLowerCase()} must be ${typeName(type)}`, call.at);
  return value;
}

function checkNamed(call: Call, known: readonly string[]): void {
  const other = call.named.find((arg) => !known.includes(arg.name));
  if (other !== undefined)
    throw new SqlError(
      `Named argument ${other.name.toLowerCase()} not found in signature for call to function ${call.name}`,
      call.at,
    );
}

const toJsonString: Form = (call, context) => {
  const [value, pretty, ...more] = analyze(call, context);
  const flag = pretty === undefined ? undefined : coerce(pretty, BOOL);
  if (value === undefined || more.length > 0 || (pretty !== undefined && flag === undefined))
    throw noMatch(
      call,
      [value, pretty].filter((v) => v !== undefined),
    );
  const text = jsonSql(value.sql, value.type);
  return typed(flag === undefined ? text : `gsql_json_pretty(${text}, ${flag.sql})`, STRING);
};

const toJson: Form = (call, context) => {
  checkNamed(call, ["STRINGIFY_WIDE_NUMBERS"]);
  const [value, ...more] = analyze(call, context);
  if (value === undefined || more.length > 0) throw noMatch(call, analyze(call, context));
  const wide = named(call, "STRINGIFY_WIDE_NUMBERS", BOOL, context);
  const plain = jsonSql(value.sql, value.type, false);
  const text =
    wide === undefined
      ? plain
      : `CASE WHEN ${wide.sql} THEN ${jsonSql(value.sql, value.type)} WHEN NOT ${wide.sql} THEN ${plain} END`;
  return typed(`gsql_json_canonical(${text})`, JSON_TYPE);
};

const jsonOf = (value: Typed) => `gsql_json_canonical(${jsonSql(value.sql, value.type, false)})`;

const jsonArray: Form = (call, context) => {
  const values = analyze(call, context);
  const parts = values.map((value) => jsonOf(value)).join(" || ',' || ");
  return typed(values.length === 0 ? quote("[]") : `('[' || ${parts} || ']')`, JSON_TYPE);
};

const jsonObject: Form = (call, context) => {
  const values = analyze(call, context);
  const [keys, items] = values;
  if (keys?.type.kind === "ARRAY" && items?.type.kind === "ARRAY" && values.length === 2) {
    const names = coerce(keys, arrayOf(STRING));
    if (names === undefined) throw noMatch(call, values);
    const texts = `list_transform(${items.sql}, lambda x: ${jsonSql("x", items.type.element, false)})`;
    return typed(`gsql_json_object${call.safe ? "_safe" : ""}(${names.sql}, ${texts})`, JSON_TYPE);
  }
  if (values.length % 2 !== 0) throw noMatch(call, values);
  const pairs: string[] = [];
  for (let i = 0; i < values.length; i += 2) {
    const [key, value] = [coerce(values[i], STRING), values[i + 1]];
    if (key === undefined) throw noMatch(call, values);
    pairs.push(`gsql_json_key(${key.sql}) || ':' || ${jsonOf(value)}`);
  }
  return typed(
    pairs.length === 0
      ? quote("{}")
      : `gsql_json_canonical('{' || ${pairs.join(" || ',' || ")} || '}')`,
    JSON_TYPE,
  );
};

const list = (items: readonly string[]) => `CAST([${items.join(", ")}] AS VARCHAR[])`;

/** JSON, then paths with values; the flag is the named argument, TRUE where it is left out. */
const edit =
  (name: string, flag: string, withValues = true): Form =>
  (call, context) => {
    checkNamed(call, flag === "" ? [] : [flag]);
    const [json, ...rest] = analyze(call, context);
    const step = withValues ? 2 : 1;
    if (json?.type.kind !== "JSON" || rest.length === 0 || rest.length % step !== 0)
      throw noMatch(call, analyze(call, context));
    const paths: string[] = [];
    const values: string[] = [];
    for (let i = 0; i < rest.length; i += step) {
      const path = coerce(rest[i], STRING);
      if (path === undefined) throw noMatch(call, [json, ...rest]);
      paths.push(path.sql);
      if (withValues) values.push(jsonOf(rest[i + 1]));
    }
    const on = (flag === "" ? undefined : named(call, flag, BOOL, context)?.sql) ?? "TRUE";
    const anyNull = paths.map((path) => `${path} IS NULL`).join(" OR ");
    const suffix = call.safe ? "_safe" : "";
    return typed(
      `CASE WHEN ${anyNull} THEN NULL ELSE gsql_${name}${suffix}(${json.sql}, ${list(paths)}, ${list(values)}, ${on}) END`,
      JSON_TYPE,
    );
  };

const stripNulls: Form = (call, context) => {
  checkNamed(call, ["INCLUDE_ARRAYS", "REMOVE_EMPTY"]);
  const [json, path, ...more] = analyze(call, context);
  const at = path === undefined ? undefined : coerce(path, STRING);
  if (json?.type.kind !== "JSON" || more.length > 0 || (path !== undefined && at === undefined))
    throw noMatch(call, analyze(call, context));
  const arrays = named(call, "INCLUDE_ARRAYS", BOOL, context)?.sql ?? "TRUE";
  const empty = named(call, "REMOVE_EMPTY", BOOL, context)?.sql ?? "FALSE";
  return typed(
    `gsql_json_strip_nulls(${json.sql}, ${at?.sql ?? quote("$")}, ${arrays}, ${empty})`,
    JSON_TYPE,
  );
};

const kinds: Readonly<Record<string, string>> = {
  INT64: "I",
  FLOAT64: "F",
  NUMERIC: "N",
  BIGNUMERIC: "N",
  STRING: "S",
  BYTES: "B",
  JSON: "J",
};

/** FORMAT: each argument goes over as its kind and its two texts. */
const format: Form = (call, context) => {
  const [pattern, ...args] = analyze(call, context);
  const text = pattern && coerce(pattern, STRING);
  if (text === undefined) throw noMatch(call, pattern === undefined ? [] : [pattern]);
  const encoded = args.map((arg) => {
    const kind = kinds[arg.type.kind] ?? "O";
    const plain =
      arg.type.kind === "FLOAT64"
        ? `coalesce(gsql_text_of_float64(${arg.sql}, FALSE), '')`
        : textSql(arg.sql, arg.type, false);
    const parts = [
      quote(kind),
      `CASE WHEN ${arg.sql} IS NULL THEN '1' ELSE '0' END`,
      plain,
      textSql(arg.sql, arg.type, true),
    ];
    return parts.join(` || chr(1) || `);
  });
  const list = `CAST([${encoded.join(", ")}] AS VARCHAR[])`;
  return typed(`gsql_format${call.safe ? "_safe" : ""}(${text.sql}, ${list})`, STRING);
};

const normalize =
  (fold: boolean): Form =>
  (call, context) => {
    const [first, mode, ...more] = call.args;
    if (first === undefined || more.length > 0) throw wrongCount(call);
    const value = coerce(context.analyzer.expr(first, context), STRING);
    const form = mode === undefined ? "NFC" : modeOf(mode);
    if (value === undefined || form === undefined)
      throw new SqlError(`${call.name} takes a STRING and one of NFC, NFKC, NFD, NFKD`, call.at);
    return typed(
      `gsql_normalize(${value.sql}, ${quote(form)}, ${fold ? "TRUE" : "FALSE"})`,
      STRING,
    );
  };

const modeOf = (mode: Expr) =>
  mode.kind === "name" && /^NFK?[CD]$/i.test(mode.name) ? mode.name.toUpperCase() : undefined;

export const jsonForms: Readonly<Record<string, Form>> = {
  TO_JSON_STRING: toJsonString,
  TO_JSON: toJson,
  JSON_ARRAY: jsonArray,
  JSON_OBJECT: jsonObject,
  JSON_SET: edit("json_set", "CREATE_IF_MISSING"),
  JSON_REMOVE: edit("json_remove", "", false),
  JSON_ARRAY_APPEND: edit("json_array_append", "APPEND_EACH_ELEMENT"),
  JSON_ARRAY_INSERT: edit("json_array_insert", "INSERT_EACH_ELEMENT"),
  JSON_STRIP_NULLS: stripNulls,
  FORMAT: format,
  NORMALIZE: normalize(false),
  NORMALIZE_AND_CASEFOLD: normalize(true),
};
