import Table from "cli-table3";
import type { Row, Value } from "./query.ts";

/** Rows as a table for a terminal; the columns are those of the first row, or the ones given. */
export function toTable(rows: readonly Row[], columns = Object.keys(rows[0] ?? {})): string {
  const table = new Table({
    head: [...columns],
    style: { head: [], border: [] },
    colAligns: columns.map((column) =>
      rows.some((row) => typeof row[column] === "number") ? "right" : "left",
    ),
  });
  for (const row of rows) table.push(columns.map((column) => toCell(row[column] ?? null)));
  // A line below the head, none between rows.
  const lines = table.toString().split("\n");
  return lines.filter((line, index) => index <= 2 || !line.startsWith("├")).join("\n");
}

/** Numbers keep three decimals, times their seconds; what is not there is empty. */
export function toCell(value: Value): string {
  if (value === null) return "";
  if (typeof value === "number" && !Number.isInteger(value))
    return String(Number(value.toFixed(3)));
  if (Array.isArray(value)) return value.map(toCell).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value).replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, "$1Z");
}

/** Shortens text to `width` characters, with an ellipsis. */
export const clip = (text: string, width: number) =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;
