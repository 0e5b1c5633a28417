import { BIGNUMERIC, BYTES, INT64, NUMERIC, STRING } from "../analyze/types.ts";
import { decimalText } from "../engine/literal.ts";
import { divideRound, scales } from "./decimal.ts";
import { internalUdf } from "./define.ts";

/** What the parameters of STRING(L), BYTES(L), NUMERIC(P, S) and BIGNUMERIC(P, S) demand of a value. */

internalUdf(
  "limit_string",
  [STRING, INT64],
  STRING,
  (text: string, most: bigint) => {
    const { length } = Array.from(text);
    if (BigInt(length) > most)
      throw new Error(
        `STRING(${most}) has maximum length ${most} but got a value with length ${length}`,
      );
    return text;
  },
  {},
  "gsql_limit_string",
);

internalUdf(
  "limit_bytes",
  [BYTES, INT64],
  BYTES,
  (bytes: Uint8Array, most: bigint) => {
    if (BigInt(bytes.length) > most)
      throw new Error(
        `BYTES(${most}) has maximum length ${most} but got a value with length ${bytes.length}`,
      );
    return bytes;
  },
  {},
  "gsql_limit_bytes",
);

for (const type of [NUMERIC, BIGNUMERIC] as const) {
  const { kind } = type;
  const name = kind.toLowerCase();
  internalUdf(
    `limit_${name}`,
    [type, INT64, INT64],
    type,
    (value: bigint, precision: bigint, scale: bigint) => {
      const unit = 10n ** (BigInt(scales[kind]) - scale);
      const rounded = divideRound(value, unit);
      const absolute = rounded < 0n ? -rounded : rounded;
      if (absolute >= 10n ** precision)
        throw new Error(
          `${kind}(${precision}, ${scale}) has precision ${precision} and scale ${scale} but got a value that is not in range: ${decimalText(value, scales[kind])}`,
        );
      return rounded * unit;
    },
    {},
    `gsql_limit_${name}`,
  );
}
