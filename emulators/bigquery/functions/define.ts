import type { Plain } from "../engine/literal.ts";
import { arrayOf, scalarNamed, type Type } from "../analyze/types.ts";

/** A function written in TypeScript that DuckDB calls row by row. Throwing is the query's error. */
export interface Udf {
  readonly name: string;
  readonly params: readonly Type[];
  readonly result: Type;
  /** Gets NULL arguments too; without it any NULL argument gives NULL. */
  readonly nulls: boolean;
  readonly volatile: boolean;
  readonly call: (...args: never[]) => Plain;
}

export interface Param {
  readonly type: Type | "T" | "ARRAY<T>";
  readonly optional: boolean;
  readonly repeated: boolean;
}

/** One signature of a function. */
export interface Overload {
  readonly params: readonly Param[];
  readonly result: Type | "T" | "ARRAY<T>";
  /** DuckDB SQL over the arguments' SQL, NULL for NULL unless it says otherwise. */
  readonly emit: (args: readonly string[], safe: boolean) => string;
}

const overloads = new Map<string, Overload[]>();
export const udfs: Udf[] = [];

export const findFunction = (name: string): readonly Overload[] | undefined => overloads.get(name);
export const functionNames = (): string[] => [...overloads.keys()].toSorted();

function readType(text: string): Param["type"] {
  if (text === "T" || text === "ARRAY<T>") return text;
  const element = /^ARRAY<(\w+)>$/.exec(text)?.[1];
  const type = scalarNamed(element ?? text);
  if (type === undefined) throw new TypeError(`no type ${text} in a signature`);
  return element === undefined ? type : arrayOf(type);
}

function readSignature(signature: string): { params: Param[]; result: Param["type"] } {
  const [left = "", right = ""] = signature.split("->").map((side) => side.trim());
  const params = left === "" ? [] : left.split(/\s+/).map(readParam);
  return { params, result: readType(right) };
}

function readParam(text: string): Param {
  const [, type = "", mark] = /^(.*?)([?*])?$/.exec(text) ?? [];
  return { type: readType(type), optional: mark === "?", repeated: mark === "*" };
}

function add(names: string, overload: Overload): void {
  for (const name of names.split("|"))
    overloads.set(name, [...(overloads.get(name) ?? []), overload]);
}

/**
 * A function that DuckDB computes as GoogleSQL does. `names` are separated by `|`;
 * a signature reads `STRING INT64 STRING? -> STRING`, `?` optional, `*` any number of times.
 */
export function native(
  names: string,
  signature: string,
  emit: (...args: string[]) => string,
): void {
  add(names, {
    ...readSignature(signature),
    emit: (args, safe) => (safe ? `TRY(${emit(...args)})` : `(${emit(...args)})`),
  });
}

interface JsOptions {
  readonly nulls?: boolean;
  readonly volatile?: boolean;
}

/** A function computed here. Each number of arguments that the signature allows is one DuckDB function. */
export function js(
  names: string,
  signature: string,
  call: (...args: never[]) => Plain,
  { nulls = false, volatile = false }: JsOptions = {},
): void {
  const { params, result } = readSignature(signature);
  const required = params.filter((p) => !p.optional).length;
  const [first = ""] = names.split("|");
  for (let count = required; count <= params.length; count += 1) {
    const taken = params.slice(0, count).map((p) => ({ ...p, optional: false }));
    const name = internalUdf(
      first,
      taken.map((p) => p.type as Type),
      result as Type,
      call,
      { nulls, volatile },
    );
    add(names, {
      params: taken,
      result,
      emit: (args, safe) => `${name}${safe ? "_safe" : ""}(${args.join(", ")})`,
    });
  }
}

/** Registers a DuckDB function and gives its name; the same name with `_safe` turns its errors into NULL. */
export function internalUdf(
  label: string,
  params: readonly Type[],
  result: Type,
  call: (...args: never[]) => Plain,
  { nulls = false, volatile = false }: JsOptions = {},
  exactName?: string,
): string {
  const name = exactName ?? `gsql_${label.toLowerCase().replaceAll(/\W/g, "_")}_${udfs.length}`;
  udfs.push({ name, params, result, nulls, volatile, call });
  const safe = (...args: never[]): Plain => {
    try {
      return call(...args);
    } catch {
      return null; // what SAFE. asks for
    }
  };
  udfs.push({ name: `${name}_safe`, params, result, nulls, volatile, call: safe });
  return name;
}

/** A function behind an operator or a form, called `gsql_` and its label. */
export function operator(
  label: string,
  params: readonly Type[],
  result: Type,
  call: (...args: never[]) => Plain,
): void {
  internalUdf(label, params, result, call, {}, `gsql_${label}`);
}

const letters: Readonly<Record<string, string>> = { I: "INT64", B: "BOOL" };

/** A signature in which `S` stands for STRING or BYTES, `I` for INT64 and `B` for BOOL. */
export const over = (signature: string, text: "STRING" | "BYTES"): string =>
  signature.replaceAll(/\b[SIB]\b/g, (letter) => letters[letter] ?? text);
