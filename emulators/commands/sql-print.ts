import { stringify } from "csv-stringify/sync";
import type { Row, Value } from "./query.ts";
import type { Result } from "./sql-result.ts";
import { toTable } from "./table.ts";

export type Format = "table" | "json" | "csv";

/** A result as text without a newline at its end. */
export function printResult({ columns, rows, done }: Result, format: Format): string {
  if (columns === undefined) return format === "table" ? done : format === "json" ? "[]" : "";
  if (format === "json") return JSON.stringify(rows, null, 2);
  if (format === "csv")
    return stringify(rows.map(flat), { header: true, columns: [...columns] }).trimEnd();
  return rows.length === 0 ? "no rows" : toTable(rows, [...columns]);
}

/** CSV has no arrays: they and structs become JSON text. Booleans are words. */
const flat = (row: Row): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "boolean"
        ? String(value)
        : typeof value === "object" && value !== null
          ? JSON.stringify(value)
          : value,
    ]),
  );

/** BigQuery's message, and below it the line of the statement with a caret under the place it names. */
export function pointAt(sql: string, message: string): string {
  const place = /\[(?:at )?(\d+):(\d+)\]/.exec(message);
  const line = sql.split(/\r?\n/)[Number(place?.[1]) - 1];
  if (line === undefined) return message;
  const before = line.slice(0, Number(place?.[2]) - 1).padEnd(Number(place?.[2]) - 1);
  return `${message}\n  ${line}\n  ${blankOf(before)}^`;
}

/** Letters that a terminal shows two columns wide (Unicode Standard Annex 11: Wide and Fullwidth). */
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** As wide as the text, whatever its tabs and wide letters. */
const blankOf = (text: string): string =>
  Array.from(text, (char) => (char === "\t" ? "\t" : wide.test(char) ? "  " : " ")).join("");
