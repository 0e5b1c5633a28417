import { arrayOf, BIGNUMERIC, FLOAT64, INT64, NUMERIC, type Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { divideRound, scales, toFloat } from "./decimal.ts";
import { internalUdf } from "./define.ts";

type Values = (number | null)[];

function statistic(name: string, call: (values: Values) => Plain): void {
  internalUdf(name, [arrayOf(FLOAT64)], FLOAT64, call, {}, `gsql_stat_${name}`);
}

/** Welford's running mean and sum of squared distances. */
function moments(values: readonly number[]): { mean: number; squares: number } {
  let mean = 0;
  let squares = 0;
  for (const [i, value] of values.entries()) {
    const delta = value - mean;
    mean += delta / (i + 1);
    squares += delta * (value - mean);
  }
  return { mean, squares };
}

/** With infinities and NaN the distance from the mean is no number. */
function variance(values: Values, lost: number): number | null {
  const known = values.filter((v) => v !== null);
  if (known.length <= lost) return null;
  if (known.some((v) => !Number.isFinite(v))) return NaN;
  return moments(known).squares / (known.length - lost);
}

const root = (value: number | null) => (value === null ? null : Math.sqrt(value));
statistic("var_samp", (values) => variance(values, 1));
statistic("var_pop", (values) => variance(values, 0));
statistic("stddev_samp", (values) => root(variance(values, 1)));
statistic("stddev_pop", (values) => root(variance(values, 0)));

interface Pairs {
  readonly xs: number[];
  readonly ys: number[];
}

/** y, x, y, x … without the pairs that have a NULL. */
function pairsOf(flat: Values): Pairs {
  const xs: number[] = [];
  const ys: number[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [y, x] = [flat[i] ?? null, flat[i + 1] ?? null];
    if (y === null || x === null) continue;
    ys.push(y);
    xs.push(x);
  }
  return { xs, ys };
}

function crossSquares({ xs, ys }: Pairs): number {
  const [mx, my] = [moments(xs).mean, moments(ys).mean];
  return xs.reduce((total, x, i) => total + (x - mx) * (ys[i] - my), 0);
}

const finite = ({ xs, ys }: Pairs) => [...xs, ...ys].every((v) => Number.isFinite(v));

function covariance(flat: Values, lost: number): number | null {
  const pairs = pairsOf(flat);
  if (pairs.xs.length <= lost) return null;
  return finite(pairs) ? crossSquares(pairs) / (pairs.xs.length - lost) : NaN;
}
statistic("covar_pop", (flat) => covariance(flat, 0));
statistic("covar_samp", (flat) => covariance(flat, 1));
statistic("corr", (flat) => {
  const pairs = pairsOf(flat);
  if (pairs.xs.length < 2) return null;
  if (!finite(pairs)) return NaN;
  return crossSquares(pairs) / Math.sqrt(moments(pairs.xs).squares * moments(pairs.ys).squares);
});

/** NULL and NaN go before the numbers. */
const compare = (a: number | null, b: number | null) =>
  a === b
    ? 0
    : a === null
      ? -1
      : b === null
        ? 1
        : Number.isNaN(a)
          ? Number.isNaN(b)
            ? 0
            : -1
          : Number.isNaN(b)
            ? 1
            : a - b;

function checkFraction(fraction: number): void {
  if (!(fraction >= 0 && fraction <= 1)) throw new Error("Percentile must be between 0 and 1");
}

internalUdf(
  "percentile_cont",
  [arrayOf(FLOAT64), FLOAT64],
  FLOAT64,
  (values: Values, fraction: number) => {
    checkFraction(fraction);
    if (values.length === 0) return null;
    const sorted = values.toSorted(compare);
    const at = fraction * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(at)] ?? null, sorted[Math.ceil(at)] ?? null];
    if (low === null || high === null) return at === Math.floor(at) ? low : (low ?? high);
    const weight = at - Math.floor(at);
    return weight === 0 || low === high ? low : low * (1 - weight) + high * weight;
  },
  {},
  "gsql_percentile_cont_float64_float64",
);

internalUdf(
  "percentile_disc",
  [arrayOf(FLOAT64), FLOAT64],
  FLOAT64,
  (values: Values, fraction: number) => {
    if (values.length === 0) return null;
    return (
      values.toSorted(compare)[Number(percentileIndex(BigInt(values.length), fraction)) - 1] ?? null
    );
  },
  {},
  "gsql_percentile_disc_float64",
);

/** The place, from 1, of the first value whose share of the rows reaches the fraction. */
function percentileIndex(length: bigint, fraction: number): bigint {
  checkFraction(fraction);
  const place = BigInt(Math.ceil(fraction * Number(length)));
  return place < 1n ? 1n : place;
}
internalUdf(
  "percentile_index",
  [INT64, FLOAT64],
  INT64,
  percentileIndex,
  {},
  "gsql_percentile_index",
);

for (const type of [NUMERIC, BIGNUMERIC] as const)
  for (const at of [type, FLOAT64] as const) {
    const call = (values: (bigint | null)[], fraction: bigint | number) =>
      exactPercentile(
        values,
        typeof fraction === "bigint" ? fraction : undefined,
        typeof fraction === "number" ? fraction : toFloat(fraction, type.kind),
        type,
      );
    const name = `gsql_percentile_cont_${type.kind.toLowerCase()}_${at.kind.toLowerCase()}`;
    internalUdf("percentile_cont", [arrayOf(type), at], type, call, {}, name);
  }

function exactPercentile(
  values: (bigint | null)[],
  exact: bigint | undefined,
  fraction: number,
  type: Type,
): bigint | null {
  checkFraction(fraction);
  const kind = type.kind as keyof typeof scales;
  const scale = 10n ** BigInt(scales[kind]);
  const known = values.toSorted((a, b) =>
    a === b ? 0 : a === null ? -1 : b === null ? 1 : a < b ? -1 : 1,
  );
  if (known.length === 0) return null;
  const point =
    (exact ?? (BigInt(Math.round(fraction * 1e15)) * (scale / 10n ** 9n)) / 10n ** 6n) *
    BigInt(known.length - 1);
  const [index, rest] = [Number(point / scale), point % scale];
  const low = known[index] ?? null;
  if (rest === 0n) return low;
  const high = known[index + 1] ?? null;
  if (low === null || high === null) return high;
  return divideRound(low * (scale - rest) + high * rest, scale);
}
