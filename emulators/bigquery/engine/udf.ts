import { type DuckDBConnection, DuckDBScalarFunction, type DuckDBValue } from "@duckdb/node-api";
import type { Udf } from "../functions/define.ts";
import type { Plain } from "./literal.ts";
import { nodeType, reader, writer } from "./plain.ts";

/** Makes the functions known to the whole DuckDB instance of the connection. */
export function registerUdfs(connection: DuckDBConnection, udfs: readonly Udf[]): void {
  for (const udf of udfs) connection.registerScalarFunction(toDuck(udf));
}

function toDuck({ name, params, result, nulls, volatile, call }: Udf): DuckDBScalarFunction {
  const readers = params.map((type) => reader(type));
  const write = writer(result);
  const apply = call as (...args: Plain[]) => Plain;
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: params.map((type) => nodeType(type)),
    returnType: nodeType(result),
    specialHandling: true, // NULLs are handled below, the same for every row
    volatile,
    mainFunction: (_info, input, output) => {
      const columns = params.map((_, i) => input.getColumnVector(i));
      for (let row = 0; row < input.rowCount; row += 1) {
        const args = columns.map((column, i) =>
          (readers[i] as (v: DuckDBValue) => Plain)(column.getItem(row)),
        );
        output.setItem(row, !nulls && args.includes(null) ? null : write(apply(...args)));
      }
      output.flush();
    },
  });
}
