import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import { knownLicenses, toLicenseId } from "#shared/licenses.ts";
import { parseOptions, run, UsageError } from "./cli.ts";
import { connectWarehouse } from "./connect.ts";
import { creditColumns, toMarkdown } from "./credits.ts";
import { query, type Row } from "./query.ts";

const help = `npm run attribution -- [options]

Writes who is to be credited for the recordings: title, author, source and licence of each, as CREDITS.md and
CREDITS.csv.

  --where SQL      only these recordings: a condition on the columns of audio_info, for example
                   "quality_label IN ('Excellent', 'Good') AND duration > 2"
  --license ID     only recordings under this licence (an SPDX id, Sampling-Plus, or "unknown"); more than once for several
  --out DIR        folder to write to (default .)
  --markdown       print the Markdown and write nothing
  --csv            print the CSV and write nothing
  --project ID     the warehouse of a project in the cloud (default: the local Earmark that runs)
  --help
`;

/** What is said of the newest version of each recording that the condition chooses. */
const statement = (where: string, licenses: string) => `
WITH
  chosen AS (SELECT id FROM audio_info WHERE (${where}
  ) AND (${licenses})),
  loaded AS (
    SELECT * FROM recordings
    WHERE TRUE
    QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY generation DESC, loaded_at DESC) = 1
  )
SELECT id, title, username AS author, source_url, license, license_url, gen_ai_preference, attribution
FROM loaded
JOIN chosen USING (id)
ORDER BY license, author, title, id`;

void run(async (args) => {
  const { values } = parseOptions({
    args,
    options: {
      where: { type: "string", default: "TRUE" },
      license: { type: "string", multiple: true, default: [] },
      out: { type: "string", default: "." },
      markdown: { type: "boolean", default: false },
      csv: { type: "boolean", default: false },
      project: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (values.markdown && values.csv)
    throw new UsageError("--markdown and --csv exclude each other");
  const rows = await select(values.project, values.where, toLicenseCondition(values.license));
  const csv = stringify(rows.slice(), {
    header: true,
    columns: [...creditColumns],
    escape_formulas: true,
  });
  const markdown = toMarkdown(rows);
  if (values.markdown || values.csv) {
    process.stdout.write(values.csv ? csv : markdown);
    return;
  }
  for (const [name, content] of [
    ["CREDITS.md", markdown],
    ["CREDITS.csv", csv],
  ] as const) {
    const path = join(values.out, name);
    await writeFile(path, content).catch((error: unknown) => {
      throw new UsageError(`${path} cannot be written: is the folder there?`, { cause: error });
    });
    process.stdout.write(`${path}: ${rows.length} recordings\n`);
  }
});

async function select(
  project: string | undefined,
  where: string,
  licenses: string,
): Promise<Row[]> {
  const bigquery = connectWarehouse(project);
  try {
    return await query(bigquery, statement(where, licenses), { defaultDataset: "earmark" });
  } catch (error) {
    const isRefused = error instanceof Error && "code" in error && error.code === 400;
    if (!isRefused) throw error;
    throw new UsageError(`--where "${where}": ${error.message}`, { cause: error });
  }
}

/** A condition for the licences of the options: all of them when none is named. */
function toLicenseCondition(names: readonly string[]): string {
  if (names.length === 0) return "TRUE";
  const conditions = names.map((name) => {
    if (name === "unknown") return "license IS NULL";
    const id = toLicenseId(name);
    if (id === null)
      throw new UsageError(`--license ${name} is not known: ${knownLicenses.join(", ")}, unknown`);
    return `license = '${id}'`;
  });
  return conditions.join(" OR ");
}
