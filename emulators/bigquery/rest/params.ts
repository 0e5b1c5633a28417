import type { Typed } from "../analyze/typed.ts";
import { literal } from "../analyze/typed.ts";
import { type Field, scalarNamed, type Type, typeName } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { invalid } from "./api-error.ts";
import { readScalar } from "./read-json.ts";

interface ParamType {
  readonly type?: string;
  readonly arrayType?: ParamType;
  readonly structTypes?: readonly { readonly name?: string; readonly type: ParamType }[];
  readonly rangeElementType?: ParamType;
}

interface ParamValue {
  readonly value?: unknown;
  readonly arrayValues?: readonly ParamValue[];
  readonly structValues?: Readonly<Record<string, ParamValue>>;
  readonly rangeValue?: { readonly start?: ParamValue; readonly end?: ParamValue };
}

export interface QueryParameter {
  readonly name?: string;
  readonly parameterType?: ParamType;
  readonly parameterValue?: ParamValue;
}

/** The parameters of a query by upper-cased name, positional ones as `?0`, `?1` … */
export function readParams(params: readonly QueryParameter[]): Map<string, Typed> {
  return new Map(
    params.map((param, i) => {
      const label = param.name === undefined ? `${i + 1}` : `'${param.name}'`;
      const type = readType(param.parameterType, label);
      const value = readValue(param.parameterValue, type, label);
      return [
        param.name === undefined ? `?${i}` : param.name.toUpperCase(),
        literal(value, type),
      ] as const;
    }),
  );
}

function readType(type: ParamType | undefined, label: string): Type {
  const name = type?.type?.toUpperCase() ?? "";
  if (name === "ARRAY") return { kind: "ARRAY", element: readType(type?.arrayType, label) };
  if (name === "RANGE") return { kind: "RANGE", element: readType(type?.rangeElementType, label) };
  if (name === "STRUCT")
    return {
      kind: "STRUCT",
      fields: (type?.structTypes ?? []).map((f): Field => {
        const fieldType = readType(f.type, label);
        return f.name === undefined || f.name === ""
          ? { type: fieldType }
          : { name: f.name, type: fieldType };
      }),
    };
  const scalar = scalarNamed(
    name.replace(/\(.*$/, "") === "FLOAT" ? "FLOAT64" : name.replace(/\(.*$/, ""),
  );
  if (scalar === undefined)
    throw invalid(
      `Invalid query parameter type ${type?.type ?? ""} of parameter ${label}`,
      "parameters",
    );
  return scalar;
}

function readValue(value: ParamValue | undefined, type: Type, label: string): Plain {
  if (type.kind === "ARRAY")
    return value?.arrayValues?.map((item) => readValue(item, type.element, label)) ?? null;
  if (type.kind === "STRUCT") {
    if (value?.structValues === undefined) return null;
    const { structValues } = value;
    return type.fields.map((f, i) =>
      readValue(structValues[f.name ?? `_field_${i + 1}`], f.type, label),
    );
  }
  if (type.kind === "RANGE" && value?.rangeValue !== undefined) {
    const { start, end } = value.rangeValue;
    return [readValue(start, type.element, label), readValue(end, type.element, label)];
  }
  const text = value?.value as string | number | boolean | object | null | undefined;
  if (text === undefined || text === null) return null;
  if (typeof text === "object")
    throw invalid(`Query parameter ${label} has a value that is no scalar`, "parameters");
  const plain = type.kind === "STRING" ? String(text) : readScalar(text, type);
  if (plain === undefined)
    throw invalid(
      `Unparseable query parameter ${label} in type \`TYPE_${typeName(type)}\`, Invalid value: '${String(text)}' value: '${String(text)}'`,
      "parameters",
    );
  return plain;
}
