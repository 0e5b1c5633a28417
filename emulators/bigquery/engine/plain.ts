import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBType,
  type DuckDBValue,
  INTERVAL,
  LIST,
  STRUCT,
  TIME,
  TIMESTAMP,
  VARCHAR,
} from "@duckdb/node-api";
import type { Type } from "../analyze/types.ts";
import { bigNumericBytes, bigNumericFromBytes, type Plain, type PlainInterval } from "./literal.ts";

/** DuckDB's type as its client library builds it. */
export function nodeType(type: Type): DuckDBType {
  switch (type.kind) {
    case "ARRAY":
      return LIST(nodeType(type.element));
    case "RANGE":
      return STRUCT({ _1: nodeType(type.element), _2: nodeType(type.element) });
    case "STRUCT":
      return STRUCT(Object.fromEntries(type.fields.map((f, i) => [`_${i + 1}`, nodeType(f.type)])));
    case "INT64":
      return BIGINT;
    case "FLOAT64":
      return DOUBLE;
    case "NUMERIC":
      return DECIMAL(38, 9);
    case "BOOL":
      return BOOLEAN;
    case "STRING":
    case "JSON":
      return VARCHAR;
    case "BYTES":
    case "BIGNUMERIC":
      return BLOB;
    case "DATE":
      return DATE;
    case "TIME":
      return TIME;
    case "DATETIME":
    case "TIMESTAMP":
      return TIMESTAMP;
    default:
      return INTERVAL;
  }
}

type Convert<From, To> = (value: From) => To;

/** A function that takes DuckDB's client values of `type` out of their wrappers. */
export function reader(type: Type): Convert<DuckDBValue, Plain> {
  const some = readSome(type);
  return (value) => (value === null ? null : some(value));
}

function readSome(type: Type): Convert<DuckDBValue, Plain> {
  switch (type.kind) {
    case "ARRAY": {
      const element = reader(type.element);
      return (value) => (value as DuckDBListValue).items.map((item) => element(item));
    }
    case "RANGE":
    case "STRUCT": {
      const types =
        type.kind === "STRUCT" ? type.fields.map((f) => f.type) : [type.element, type.element];
      const fields = types.map((t) => reader(t));
      return (value) => {
        const { entries } = value as DuckDBStructValue;
        return fields.map((read, i) => read(entries[`_${i + 1}`] ?? null));
      };
    }
    case "NUMERIC":
      return (value) => (value as DuckDBDecimalValue).value;
    case "BIGNUMERIC":
      return (value) => bigNumericFromBytes((value as DuckDBBlobValue).bytes);
    case "BYTES":
      return (value) => (value as DuckDBBlobValue).bytes;
    case "DATE":
      return (value) => (value as DuckDBDateValue).days;
    case "TIME":
    case "DATETIME":
    case "TIMESTAMP":
      return (value) => (value as DuckDBTimestampValue).micros;
    case "INTERVAL":
      return (value) => {
        const { months, days, micros } = value as DuckDBIntervalValue;
        return { months, days, micros };
      };
    default:
      return (value) => value as Plain;
  }
}

/** The reverse of `reader`. */
export function writer(type: Type): Convert<Plain, DuckDBValue> {
  const some = writeSome(type);
  return (value) => (value === null ? null : some(value));
}

function writeSome(type: Type): Convert<Plain, DuckDBValue> {
  switch (type.kind) {
    case "ARRAY": {
      const element = writer(type.element);
      return (value) => new DuckDBListValue((value as Plain[]).map((item) => element(item)));
    }
    case "RANGE":
    case "STRUCT": {
      const types =
        type.kind === "STRUCT" ? type.fields.map((f) => f.type) : [type.element, type.element];
      const fields = types.map((t) => writer(t));
      return (value) =>
        new DuckDBStructValue(
          Object.fromEntries(
            fields.map((write, i) => [`_${i + 1}`, write((value as Plain[])[i] ?? null)]),
          ),
        );
    }
    case "NUMERIC":
      return (value) => new DuckDBDecimalValue(value as bigint, 38, 9);
    case "BIGNUMERIC":
      return (value) => new DuckDBBlobValue(bigNumericBytes(value as bigint));
    case "BYTES":
      return (value) => new DuckDBBlobValue(value as Uint8Array);
    case "DATE":
      return (value) => new DuckDBDateValue(value as number);
    case "TIME":
      return (value) => new DuckDBTimeValue(value as bigint);
    case "DATETIME":
    case "TIMESTAMP":
      return (value) => new DuckDBTimestampValue(value as bigint);
    case "INTERVAL":
      return (value) => {
        const { months, days, micros } = value as PlainInterval;
        return new DuckDBIntervalValue(months, days, micros);
      };
    default:
      return (value) => value as DuckDBValue;
  }
}
