import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseOptions, run, UsageError } from "./cli.ts";
import { connectWarehouse } from "./connect.ts";
import { pointAt, printResult } from "./sql-print.ts";
import { runSql } from "./sql-result.ts";

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
  const result = await runSql(bigquery, sql, "earmark").catch((error: unknown) => {
    throw new UsageError(pointAt(sql, error instanceof Error ? error.message : String(error)), {
      cause: error,
    });
  });
  const shown = printResult(result, values.json ? "json" : values.csv ? "csv" : "table");
  // Whoever reads may stop early, as `| head` does.
  process.stdout.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  process.stdout.write(shown === "" ? "" : `${shown}\n`);
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
