import { INTERVAL, STRING } from "../analyze/types.ts";
import type { PlainInterval } from "../engine/literal.ts";
import { operator } from "./define.ts";
import { checkInterval, intervalOf } from "./interval.ts";

/** `Y-M D H:M:S[.f]`, as results and CAST write it. */
export function intervalText({ months, days, micros }: PlainInterval): string {
  const m = Math.abs(months);
  const t = micros < 0n ? -micros : micros;
  const fraction = t % 1_000_000n;
  const digits =
    fraction === 0n
      ? ""
      : fraction % 1000n === 0n
        ? `.${String(fraction / 1000n).padStart(3, "0")}`
        : `.${String(fraction).padStart(6, "0")}`;
  const clock = `${t / 3_600_000_000n}:${(t / 60_000_000n) % 60n}:${(t / 1_000_000n) % 60n}${digits}`;
  return `${months < 0 ? "-" : ""}${Math.trunc(m / 12)}-${m % 12} ${days} ${micros < 0n ? "-" : ""}${clock}`;
}

operator("cast_interval_string", [INTERVAL], STRING, intervalText);
operator("cast_string_interval", [STRING], INTERVAL, (text: string) => {
  const value = parseInterval(text);
  if (value === undefined) throw new Error(`Invalid INTERVAL value '${text}'`);
  return checkInterval(value);
});
operator(
  "interval_from_text",
  [STRING, STRING, STRING],
  INTERVAL,
  (text: string, from: string, to: string) => {
    const value = to === "" ? singlePart(text, from) : rangeOfParts(text, from, to);
    if (value === undefined) throw new Error(`Invalid INTERVAL value '${text}'`);
    return checkInterval(value);
  },
);

function singlePart(text: string, part: string): PlainInterval | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (match === null || (match[3] !== undefined && part !== "SECOND")) return undefined;
  const sign = match[1] === "-" ? -1n : 1n;
  const whole = intervalOf(sign * BigInt(match[2] ?? "0"), part);
  const fraction = sign * BigInt((match[3] ?? "").padEnd(6, "0"));
  return { ...whole, micros: whole.micros + (match[3] === undefined ? 0n : fraction) };
}

const order = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"] as const;

/** Text of consecutive parts: `1-2` for YEAR TO MONTH, `3 4:5:6.7` for DAY TO SECOND. */
function rangeOfParts(text: string, from: string, to: string): PlainInterval | undefined {
  const [first, last] = [order.indexOf(from as "DAY"), order.indexOf(to as "DAY")];
  if (first < 0 || last <= first) return undefined;
  const pattern: string[] = [];
  const has = (part: (typeof order)[number]) =>
    order.indexOf(part) >= first && order.indexOf(part) <= last;
  if (has("YEAR"))
    pattern.push(
      has("MONTH") ? "(?<ym>[+-]?)(?<YEAR>\\d+)-(?<MONTH>\\d+)" : "(?<ym>[+-]?)(?<YEAR>\\d+)",
    );
  else if (has("MONTH")) pattern.push("(?<ym>[+-]?)(?<MONTH>\\d+)");
  if (has("DAY")) pattern.push("(?<DAY>[+-]?\\d+)");
  const clock = order
    .slice(3)
    .filter((part) => has(part))
    .map((part) =>
      part === "SECOND" ? "(?<SECOND>\\d+)(?:\\.(?<f>\\d{1,6}))?" : `(?<${part}>\\d+)`,
    );
  if (clock.length > 0) pattern.push(`(?<t>[+-]?)${clock.join(":")}`);
  const groups = new RegExp(`^${pattern.join(" +")}$`).exec(text.trim())?.groups;
  if (groups === undefined) return undefined;
  const number = (name: string) => Number(groups[name] ?? 0);
  const months = (number("YEAR") * 12 + number("MONTH")) * (groups["ym"] === "-" ? -1 : 1);
  const micros =
    BigInt(number("HOUR") * 3600 + number("MINUTE") * 60 + number("SECOND")) * 1_000_000n +
    BigInt((groups["f"] ?? "").padEnd(6, "0"));
  return { months, days: number("DAY"), micros: groups["t"] === "-" ? -micros : micros };
}

/** `CAST(text AS INTERVAL)`: the canonical form, any run of its parts, or ISO 8601's. */
export function parseInterval(text: string): PlainInterval | undefined {
  if (/^[+-]?P/.test(text.trim())) return isoInterval(text.trim());
  for (const [i, from] of order.entries())
    for (const to of order.slice(i + 1)) {
      // A form without its marks (`1-2`, `1 2`, `1:2`) could be several; only those that BigQuery reads are tried.
      if (
        ![
          "YEAR MONTH",
          "YEAR DAY",
          "YEAR HOUR",
          "YEAR MINUTE",
          "YEAR SECOND",
          "MONTH DAY",
          "MONTH SECOND",
          "DAY HOUR",
          "DAY SECOND",
          "HOUR SECOND",
        ].includes(`${from} ${to}`)
      )
        continue;
      if (from === "MONTH" || (to === "HOUR" && from === "DAY")) continue;
      const value = rangeOfParts(text, from, to);
      if (value !== undefined) return value;
    }
  return undefined;
}

function isoInterval(text: string): PlainInterval | undefined {
  const n = "([+-]?\\d+)";
  const match = new RegExp(
    `^P(?:${n}Y)?(?:${n}M)?(?:${n}W)?(?:${n}D)?(?<time>T(?:${n}H)?(?:${n}M)?(?:([+-]?\\d+(?:[.,]\\d{1,6})?)S)?)?$`,
  ).exec(text);
  if (match === null || text === "P" || match.groups?.["time"] === "T") return undefined;
  const [, y, mo, w, d, , h, mi, s] = match;
  const seconds = s === undefined ? 0n : secondsOf(s.replace(",", "."));
  return {
    months: Number(y ?? 0) * 12 + Number(mo ?? 0),
    days: Number(w ?? 0) * 7 + Number(d ?? 0),
    micros: BigInt(h ?? 0) * 3_600_000_000n + BigInt(mi ?? 0) * 60_000_000n + seconds,
  };
}

function secondsOf(text: string): bigint {
  const [, sign = "", whole = "0", fraction = ""] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const micros = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
  return sign === "-" ? -micros : micros;
}
