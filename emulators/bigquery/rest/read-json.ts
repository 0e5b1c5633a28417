import type { Plain } from "../engine/literal.ts";
import { canonicalJson } from "../functions/json-text.ts";
import { parseDecimal } from "../functions/decimal.ts";
import { parseInterval } from "../functions/interval-text.ts";
import { parseRange } from "../functions/range-text.ts";
import { parseTemporal } from "../functions/temporal-text.ts";
import type { Type } from "../analyze/types.ts";

/**
 * A scalar from JSON, as streaming inserts and query parameters carry it: text or the like JSON value.
 * Undefined when it is not one of the type.
 */
export function readScalar(value: unknown, type: Type): Plain | undefined {
  switch (type.kind) {
    case "STRING":
      return typeof value === "string"
        ? value
        : typeof value === "number" || typeof value === "boolean"
          ? String(value)
          : undefined;
    case "BOOL":
      if (typeof value === "boolean") return value;
      return typeof value === "string" && /^(?:true|false|t|f|y|n|yes|no|0|1)$/i.test(value)
        ? /^(?:t|y|1)/i.test(value)
        : undefined;
    case "INT64":
      return readInt(value);
    case "FLOAT64":
      return readFloat(value);
    case "NUMERIC":
    case "BIGNUMERIC":
      return typeof value === "string" || typeof value === "number"
        ? parseDecimal(String(value), type.kind)
        : undefined;
    case "BYTES": {
      if (typeof value !== "string" || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) return undefined;
      return new Uint8Array(Buffer.from(value, "base64"));
    }
    case "JSON":
      return readJson(value);
    case "TIMESTAMP":
      return readTimestamp(value);
    case "INTERVAL":
      return typeof value === "string" ? parseInterval(value) : undefined;
    case "RANGE":
      return typeof value === "string" ? parseRange(value, type.element.kind) : undefined;
    case "DATE":
    case "TIME":
    case "DATETIME":
      return typeof value === "string" ? parseTemporal(value, type.kind) : undefined;
    default:
      return undefined;
  }
}

function readInt(value: unknown): bigint | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== "string" || !/^[+-]?\d+(?:\.0*)?$/.test(value.trim())) return undefined;
  const number = BigInt(value.trim().replace(/^\+/, "").replace(/\..*$/, ""));
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

function readFloat(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const special = /^([+-]?)(nan|inf|infinity)$/i.exec(value.trim());
  if (special !== null) return /nan/i.test(value) ? NaN : special[1] === "-" ? -Infinity : Infinity;
  const number = value.trim() === "" ? NaN : Number(value);
  return Number.isNaN(number) ? undefined : number;
}

function readJson(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return canonicalJson(value);
  } catch {
    return undefined; // not JSON: the caller says so with the column's name
  }
}

function readTimestamp(value: unknown): bigint | undefined {
  if (typeof value === "number")
    return Number.isFinite(value) ? BigInt(Math.round(value * 1e6)) : undefined;
  if (typeof value !== "string") return undefined;
  // Numbers in text are seconds; so many digits that they cannot be are microseconds, as the client writes them.
  if (/^-?\d+$/.test(value)) return value.length >= 14 ? BigInt(value) : BigInt(value) * 1_000_000n;
  if (/^-?\d+\.\d+(?:E\d+)?$/i.test(value)) return BigInt(Math.round(Number(value) * 1e6));
  // The common form, which Date reads as it should; it would take the 30th of February too.
  if (plainTimestamp.test(value)) return BigInt(Date.parse(value)) * 1000n;
  return parseTemporal(value.replace(/ UTC$/, "Z"), "TIMESTAMP") as bigint | undefined;
}

const plainTimestamp =
  /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?Z$/;
