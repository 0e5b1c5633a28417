import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { stringify } from "csv-stringify/sync";
import { parseOptions, run, UsageError } from "./cli.ts";
import { connectWarehouse } from "./connect.ts";
import { query, type Row } from "./query.ts";
import { toTable } from "./table.ts";

const help = `npm run sql -- "SELECT …" [options]

Runs GoogleSQL on the warehouse: the tables recordings, quality, crawls, rejections and the view audio_info of
the dataset earmark. Without a statement it reads one from standard input.

  --file FILE      read the statement from FILE
  --json           an array of objects
  --csv            comma-separated values with a header
  --project ID     the warehouse of a project in the cloud (default: the local Earmark that runs)
  --help
`;

void run(async (args) => {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: {
      file: { type: "string" },
      json: { type: "boolean", default: false },
      csv: { type: "boolean", default: false },
      project: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (values.json && values.csv) throw new UsageError("--json and --csv exclude each other");
  const sql = await readStatement(values.file, positionals);
  const bigquery = connectWarehouse(values.project);
  const rows = await query(bigquery, sql, { defaultDataset: "earmark" }).catch((error: unknown) => {
    throw new UsageError(pointAt(sql, error instanceof Error ? error.message : String(error)), {
      cause: error,
    });
  });
  process.stdout.write(`${print(rows, values)}\n`);
});

async function readStatement(
  file: string | undefined,
  positionals: readonly string[],
): Promise<string> {
  if (file !== undefined && positionals.length > 0)
    throw new UsageError("give the statement either as an argument or with --file");
  if (positionals.length > 1)
    throw new UsageError('put the statement in quotes: npm run sql -- "SELECT …"');
  const sql = positionals[0] ?? (file === undefined ? await fromStdin() : await fromFile(file));
  if (sql.trim() === "") throw new UsageError("the statement is empty");
  return sql;
}

async function fromFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file} cannot be read`, { cause: error });
  }
}

async function fromStdin(): Promise<string> {
  if (process.stdin.isTTY) throw new UsageError('name a statement: npm run sql -- "SELECT …"');
  return text(process.stdin);
}

function print(rows: Row[], { json, csv }: { json: boolean; csv: boolean }): string {
  if (json) return JSON.stringify(rows, null, 2);
  if (csv) return stringify(rows.map(flat), { header: true }).trimEnd();
  return rows.length === 0 ? "no rows" : toTable(rows);
}

/** CSV has no arrays: they and structs become JSON text. */
function flat(row: Row) {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "object" && value !== null ? JSON.stringify(value) : value,
    ]),
  );
}

/** BigQuery's message, and below it the line of the statement with a caret under the place it names. */
function pointAt(sql: string, message: string): string {
  const place = /\[(?:at )?(\d+):(\d+)\]/.exec(message);
  const line = sql.split("\n")[Number(place?.[1]) - 1];
  return line === undefined
    ? message
    : `${message}\n  ${line}\n  ${" ".repeat(Number(place?.[2]) - 1)}^`;
}
