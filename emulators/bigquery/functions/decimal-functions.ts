/** EXP, LN, LOG, LOG10 and POW of NUMERIC and BIGNUMERIC, to the last of their digits. */
import { checked, type DecimalKind, divideRound, scales } from "./decimal.ts";
import { js } from "./define.ts";

/** Digits after the point while computing: BIGNUMERIC shows 77, the rest is for what rounding eats. */
const guard = 120;
const one = 10n ** BigInt(guard);

const toGuard = (value: bigint, kind: DecimalKind) => value * 10n ** BigInt(guard - scales[kind]);
const fromGuard = (value: bigint, kind: DecimalKind, what: string) =>
  checked(divideRound(value, 10n ** BigInt(guard - scales[kind])), kind, what);

const times = (a: bigint, b: bigint) => (a * b) / one;

/** e^x by its series on x / 2^32, squared 32 times. */
function exp(x: bigint): bigint {
  const halvings = 32n;
  const small = x >> halvings;
  let sum = one;
  let term = one;
  for (let n = 1n; term !== 0n && n < 200n; n += 1n) {
    term = times(term, small) / n;
    sum += term;
    if (term === -1n) break; // a shift to the right never reaches zero from below
  }
  for (let i = 0n; i < halvings; i += 1n) sum = times(sum, sum);
  return sum;
}

/** ln of 1 + (m - 1): 2 artanh((m - 1) / (m + 1)), for m near 1. */
function lnNear(m: bigint): bigint {
  const z = ((m - one) * one) / (m + one);
  const square = times(z, z);
  let sum = 0n;
  let power = z;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = times(power, square);
  }
  return 2n * sum;
}

const ln2 = lnNear(2n * one);

function ln(x: bigint): bigint {
  const shift = BigInt(x.toString(2).length - one.toString(2).length);
  const near = shift >= 0n ? x >> shift : x << -shift;
  return lnNear(near) + shift * ln2;
}
const ln10 = ln(10n * one);

/** Beyond this no decimal type holds e^x, and below its negative it is zero. */
const largest = 200n * one;

function expChecked(x: bigint, kind: DecimalKind, name: string): bigint {
  if (x > largest) throw new Error(`${kind.toLowerCase()} overflow: ${name}`);
  return x < -largest ? 0n : fromGuard(exp(x), kind, name);
}

function lnOf(value: bigint, kind: DecimalKind, name: string): bigint {
  if (value <= 0n) throw new Error(`${name} is undefined for zero and negative value`);
  return ln(toGuard(value, kind));
}

function power(x: bigint, y: bigint, kind: DecimalKind): bigint {
  const scale = 10n ** BigInt(scales[kind]);
  if (y === 0n) return scale;
  if (x === 0n) {
    if (y < 0n) throw new Error("division by zero: POW(0, negative)");
    return 0n;
  }
  const whole = y % scale === 0n;
  if (x < 0n && !whole)
    throw new Error("Negative value in POW cannot be raised to a fractional power");
  const n = y / scale;
  if (whole && n > 0n && n <= 300n)
    return checked(divideRound(x ** n, scale ** (n - 1n)), kind, "POW");
  if (whole && n < 0n && n >= -300n)
    return checked(divideRound(scale ** (1n - n), x ** -n), kind, "POW");
  const size = expChecked(times(toGuard(y, kind), lnOf(x < 0n ? -x : x, kind, "POW")), kind, "POW");
  return x < 0n && n % 2n !== 0n ? -size : size;
}

for (const kind of ["NUMERIC", "BIGNUMERIC"] as const) {
  js("EXP", `${kind} -> ${kind}`, (x: bigint) => expChecked(toGuard(x, kind), kind, "EXP"));
  js("LN", `${kind} -> ${kind}`, (x: bigint) => fromGuard(lnOf(x, kind, "LN"), kind, "LN"));
  js("LOG10", `${kind} -> ${kind}`, (x: bigint) =>
    fromGuard((lnOf(x, kind, "LOG10") * one) / ln10, kind, "LOG10"),
  );
  js("LOG", `${kind} ${kind}? -> ${kind}`, (x: bigint, base?: bigint) => {
    const above = lnOf(x, kind, "LOG");
    if (base === undefined) return fromGuard(above, kind, "LOG");
    const below = lnOf(base, kind, "LOG");
    if (below === 0n) throw new Error("LOG is undefined for base 1");
    return fromGuard((above * one) / below, kind, "LOG");
  });
  js("POW|POWER", `${kind} ${kind} -> ${kind}`, (x: bigint, y: bigint) => power(x, y, kind));
}
