/** Days and microseconds of the proleptic Gregorian calendar, years 1 to 9999. */

export const MICROS_PER_DAY = 86_400_000_000n;
export const MIN_DAYS = -719_162; // 0001-01-01
export const MAX_DAYS = 2_932_896; // 9999-12-31
export const MIN_MICROS = BigInt(MIN_DAYS) * MICROS_PER_DAY;
export const MAX_MICROS = BigInt(MAX_DAYS + 1) * MICROS_PER_DAY - 1n;

/** Days since 1970-01-01 of a date that need not be normal: month 13 is January of the next year. */
export function daysOf(year: number, month: number, day: number): number {
  const y = year + Math.floor((month - 1) / 12);
  const m = ((((month - 1) % 12) + 12) % 12) + 1;
  const shifted = m <= 2 ? y - 1 : y;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function civilOf(days: number): CivilDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return {
    year: yoe + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: doy - Math.floor((153 * mp + 2) / 5) + 1,
  };
}

/** 0 is Sunday. */
export const weekdayOf = (days: number): number => (((days + 4) % 7) + 7) % 7;

export const isLeap = (year: number): boolean =>
  (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

export const daysInMonth = (year: number, month: number): number =>
  daysOf(year, month + 1, 1) - daysOf(year, month, 1);

/** Division that rounds to minus infinity. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** Days and the microseconds of the day. */
export function splitMicros(micros: bigint): { days: number; time: bigint } {
  const days = floorDiv(micros, MICROS_PER_DAY);
  return { days: Number(days), time: micros - days * MICROS_PER_DAY };
}

export function isoWeek(days: number): { year: number; week: number } {
  const thursday = days - ((weekdayOf(days) + 6) % 7) + 3;
  const { year } = civilOf(thursday);
  return { year, week: Math.floor((thursday - daysOf(year, 1, 1)) / 7) + 1 };
}
