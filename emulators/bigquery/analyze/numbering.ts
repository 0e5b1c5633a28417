import type { Call } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce, supertype } from "./coerce.ts";
import { type Typed, typed } from "./typed.ts";
import { FLOAT64, INT64, isOrderable, type Type, typeName } from "./types.ts";

export interface NumberingParts {
  readonly call: Call;
  readonly args: readonly Typed[];
  readonly over: string;
}

export interface NumberingForm {
  readonly make: (parts: NumberingParts) => Typed;
  readonly order: "required" | "optional" | "none";
  readonly frame?: boolean;
}

function fail({ call, args }: NumberingParts): SqlError {
  const types = args.map((arg) => typeName(arg.type)).join(", ");
  return new SqlError(
    `No matching signature for analytic function ${call.name} for argument types: ${types}`,
    call.at,
  );
}

const counter = (name: string, type: Type, order: NumberingForm["order"]): NumberingForm => ({
  order,
  make: (parts) => {
    if (parts.args.length > 0) throw fail(parts);
    return typed(
      type === INT64 ? `CAST(${name}() ${parts.over} AS BIGINT)` : `${name}() ${parts.over}`,
      type,
    );
  },
});

function constant(parts: NumberingParts, index: number, least: bigint): bigint {
  const value = parts.args[index]?.literal;
  if (value?.kind !== "value" || typeof value.value !== "bigint")
    throw new SqlError(
      `Argument ${index + 1} to ${parts.call.name} must be a literal or query parameter`,
      parts.call.at,
    );
  if (value.value < least)
    throw new SqlError(
      `Argument ${index + 1} to ${parts.call.name} must be at least ${least}, got ${value.value}`,
      parts.call.at,
    );
  return value.value;
}

const ntile: NumberingForm = {
  order: "required",
  make: (parts) => {
    if (parts.args.length !== 1) throw fail(parts);
    return typed(`CAST(ntile(${constant(parts, 0, 1n)}) ${parts.over} AS BIGINT)`, INT64);
  },
};

/** An offset beyond what a table can hold only says "no such row". */
const rowLimit = 1_000_000_000_000n;
const smaller = (n: bigint) => (n > rowLimit ? rowLimit : n);

const navigation = (name: "lag" | "lead"): NumberingForm => ({
  order: "required",
  make: (parts) => {
    const [value, offset, otherwise] = parts.args;
    if (value === undefined || parts.args.length > 3) throw fail(parts);
    const distance = offset === undefined ? 1n : constant(parts, 1, 0n);
    if (otherwise === undefined)
      return typed(`${name}(${value.sql}, ${smaller(distance)}) ${parts.over}`, value.type);
    const type = supertype([value, otherwise]);
    const [a, b] = [type && coerce(value, type), type && coerce(otherwise, type)];
    if (type === undefined || a === undefined || b === undefined) throw fail(parts);
    return typed(`${name}(${a.sql}, ${smaller(distance)}, ${b.sql}) ${parts.over}`, type);
  },
});

const nullsOf = (call: Call) => (call.nulls === "ignore" ? " IGNORE NULLS" : "");

const valueOf = (name: "first_value" | "last_value"): NumberingForm => ({
  order: "optional",
  frame: true,
  make: (parts) => {
    const [value] = parts.args;
    if (value === undefined || parts.args.length !== 1) throw fail(parts);
    return typed(`${name}(${value.sql}${nullsOf(parts.call)}) ${parts.over}`, value.type);
  },
});

const nth: NumberingForm = {
  order: "optional",
  frame: true,
  make: (parts) => {
    const [value] = parts.args;
    if (value === undefined || parts.args.length !== 2) throw fail(parts);
    const position = constant(parts, 1, 1n);
    return typed(
      `nth_value(${value.sql}, ${smaller(position)}${nullsOf(parts.call)}) ${parts.over}`,
      value.type,
    );
  },
};

const percentile = (kind: "cont" | "disc"): NumberingForm => ({
  order: "none",
  make: (parts) => {
    const [value, fraction] = parts.args;
    if (value === undefined || fraction === undefined || parts.args.length !== 2) throw fail(parts);
    const exact = value.type.kind === "NUMERIC" || value.type.kind === "BIGNUMERIC";
    if (kind === "cont" && !exact && coerce(value, FLOAT64) === undefined) throw fail(parts);
    const at =
      exact && coerce(fraction, value.type) !== undefined
        ? coerce(fraction, value.type)
        : coerce(fraction, FLOAT64);
    const point = at?.literal?.value;
    if (at === undefined || (typeof point !== "number" && typeof point !== "bigint"))
      throw new SqlError(
        `Argument 2 to ${parts.call.name} must be a literal or query parameter`,
        parts.call.at,
      );
    const respect = parts.call.nulls === "respect";
    if (kind === "cont") return continuous(parts, value, at, respect);
    if (!isOrderable(value.type) || value.type.kind === "FLOAT64")
      return discreteFloat(parts, value, at, respect);
    return typed(discrete(parts, value, at, respect), value.type);
  },
});

function collect(parts: NumberingParts, value: Typed, respect: boolean): string {
  const keep = respect ? "" : `FILTER (WHERE ${value.sql} IS NOT NULL) `;
  return `list(${value.sql}) ${keep}${parts.over}`;
}

function continuous(parts: NumberingParts, value: Typed, at: Typed, respect: boolean): Typed {
  const exact =
    value.type.kind === "NUMERIC" || value.type.kind === "BIGNUMERIC"
      ? value
      : coerce(value, FLOAT64);
  if (exact === undefined) throw fail(parts);
  const name = `gsql_percentile_cont_${exact.type.kind.toLowerCase()}_${at.type.kind.toLowerCase()}`;
  return typed(`${name}(${collect(parts, exact, respect)}, ${at.sql})`, exact.type);
}

function discreteFloat(parts: NumberingParts, value: Typed, at: Typed, respect: boolean): Typed {
  if (value.type.kind !== "FLOAT64") throw fail(parts);
  return typed(
    `gsql_percentile_disc_float64(${collect(parts, value, respect)}, ${floatSql(at)})`,
    FLOAT64,
  );
}

/** The first value whose cumulative share reaches the fraction, NULLs first. */
function discrete(parts: NumberingParts, value: Typed, at: Typed, respect: boolean): string {
  const sorted = `list_sort(${collect(parts, value, respect)}, 'ASC', 'NULLS FIRST')`;
  return `list_transform([${sorted}], lambda s: s[gsql_percentile_index(len(s), ${floatSql(at)})])[1]`;
}

const floatSql = (at: Typed) =>
  at.type.kind === "BIGNUMERIC"
    ? `gsql_bignumeric_to_float64(${at.sql})`
    : `CAST(${at.sql} AS DOUBLE)`;

export const numberingForms: Readonly<Record<string, NumberingForm>> = {
  ROW_NUMBER: counter("row_number", INT64, "optional"),
  RANK: counter("rank", INT64, "required"),
  DENSE_RANK: counter("dense_rank", INT64, "required"),
  PERCENT_RANK: counter("percent_rank", FLOAT64, "required"),
  CUME_DIST: counter("cume_dist", FLOAT64, "required"),
  NTILE: ntile,
  LAG: navigation("lag"),
  LEAD: navigation("lead"),
  FIRST_VALUE: valueOf("first_value"),
  LAST_VALUE: valueOf("last_value"),
  NTH_VALUE: nth,
  PERCENTILE_CONT: percentile("cont"),
  PERCENTILE_DISC: percentile("disc"),
};
