import { BYTES, DATE, INTERVAL, TIMESTAMP, arrayOf } from "../analyze/types.ts";
import { js, native, internalUdf } from "./define.ts";
import type { PlainInterval } from "../engine/literal.ts";
import { addMonths, checkDays, checkMicros } from "./interval.ts";

const limit = 1_048_575;

function generate<T>(
  start: T,
  step: (value: T, i: number) => T,
  within: (value: T) => boolean,
): T[] {
  const out: T[] = [];
  for (let value = start, i = 1; within(value); i += 1) {
    if (out.length >= limit)
      throw new Error("Cannot generate an array with more than 1048575 elements");
    out.push(value);
    value = step(start, i);
  }
  return out;
}

js(
  "GENERATE_ARRAY",
  "INT64 INT64 INT64? -> ARRAY<INT64>",
  (start: bigint, end: bigint, step = 1n) => {
    if (step === 0n) throw new Error("Sequence step cannot be 0.");
    return generate(
      start,
      (from, i) => from + step * BigInt(i),
      (value) => (step > 0n ? value <= end : value >= end),
    );
  },
);
for (const kind of ["NUMERIC", "BIGNUMERIC"] as const)
  js(
    "GENERATE_ARRAY",
    `${kind} ${kind} ${kind}? -> ARRAY<${kind}>`,
    (start: bigint, end: bigint, step = 10n ** (kind === "NUMERIC" ? 9n : 38n)) => {
      if (step === 0n) throw new Error("Sequence step cannot be 0.");
      return generate(
        start,
        (from, i) => from + step * BigInt(i),
        (value) => (step > 0n ? value <= end : value >= end),
      );
    },
  );
js(
  "GENERATE_ARRAY",
  "FLOAT64 FLOAT64 FLOAT64? -> ARRAY<FLOAT64>",
  (start: number, end: number, step = 1) => {
    if (step === 0) throw new Error("Sequence step cannot be 0.");
    if (![start, end, step].every((x) => Number.isFinite(x)))
      throw new Error("Sequence start, end and step must be finite");
    return generate(
      start,
      (from, i) => from + step * i,
      (value) => (step > 0 ? value <= end : value >= end),
    );
  },
);
const sequence = (start: number, end: number, { months, days }: PlainInterval) => {
  const ahead = months + days;
  if (ahead === 0) throw new Error("Sequence step cannot be 0.");
  return generate(
    start,
    (from, i) => (months === 0 ? from + days * i : addMonths(from, months * i)),
    (value) => (ahead > 0 ? value <= end : value >= end),
  ).map((day) => checkDays(day));
};
internalUdf("date_array", [DATE, DATE, INTERVAL], arrayOf(DATE), sequence, {}, "gsql_date_array");
internalUdf(
  "timestamp_array",
  [TIMESTAMP, TIMESTAMP, INTERVAL],
  arrayOf(TIMESTAMP),
  (start: bigint, end: bigint, { days, micros }: PlainInterval) => {
    const step = BigInt(days) * 86_400_000_000n + micros;
    if (step === 0n) throw new Error("Sequence step cannot be 0.");
    return generate(
      start,
      (from, i) => from + step * BigInt(i),
      (value) => (step > 0n ? value <= end : value >= end),
    ).map((value) => checkMicros(value));
  },
  {},
  "gsql_timestamp_array",
);

native("ARRAY_CONCAT", "ARRAY<T> ARRAY<T>* -> ARRAY<T>", (...lists) => {
  const none = lists.map((list) => `${list} IS NULL`).join(" OR ");
  return lists.length === 1
    ? (lists[0] ?? "")
    : `CASE WHEN ${none} THEN NULL ELSE list_concat(${lists.join(", ")}) END`;
});
js(
  "ARRAY_TO_STRING",
  "ARRAY<STRING> STRING STRING? -> STRING",
  (items: readonly (string | null)[], between: string, absent?: string) =>
    items.flatMap((item) => item ?? (absent === undefined ? [] : [absent])).join(between),
);
const join = (items: readonly (Uint8Array | null)[], between: Uint8Array) =>
  Uint8Array.from(
    Buffer.concat(
      items
        .filter((item) => item !== null)
        .flatMap((item, i) => (i === 0 ? [item] : [between, item])),
    ),
  );
js("ARRAY_TO_STRING", "ARRAY<BYTES> BYTES -> BYTES", join);
internalUdf("bytes_join", [arrayOf(BYTES), BYTES], BYTES, join, {}, "gsql_bytes_join");
