import { parseArgs } from "node:util";
import { type Case, readCorpus } from "../bigquery/conform/corpus.ts";
import { type Result, runCases, type Verdict } from "../bigquery/conform/runner.ts";

const usage = `usage: npm run conform -- CORPUS.jsonl… [--filter REGEX] [--verbose] [--json]

Runs GoogleSQL statements with known results on the local BigQuery, in this process,
and counts what passes, what is refused and what is wrong, by category.`;

/** Exit codes: 0 nothing wrong, 1 something wrong, 2 bad arguments. */
async function main(): Promise<number> {
  let cases: Case[];
  let options: { filter?: string; verbose?: boolean; json?: boolean };
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        filter: { type: "string" },
        verbose: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    if (values.help === true) {
      console.log(usage);
      return 0;
    }
    if (positionals.length === 0) throw new Error("name a corpus: a file with one case a line");
    options = values;
    const pattern = new RegExp(values.filter ?? "");
    cases = positionals
      .flatMap((path) => readCorpus(path))
      .filter(({ id, category }) => pattern.test(id) || pattern.test(category));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(usage);
    return 2;
  }
  const results = await runCases(cases);
  if (options.json === true)
    for (const { case: one, verdict, detail } of results)
      console.log(JSON.stringify({ id: one.id, category: one.category, verdict, detail }));
  else print(results, options.verbose === true);
  return results.some(({ verdict }) => verdict === "wrong") ? 1 : 0;
}

const count = (rows: readonly Result[], verdict: Verdict) =>
  rows.filter((row) => row.verdict === verdict).length;

function print(results: readonly Result[], verbose: boolean): void {
  for (const { case: one, verdict, detail } of results)
    if (verdict === "wrong" || (verbose && verdict !== "pass"))
      console.log(`${verdict} ${one.id}: ${one.sql}\n  ${detail}`);
  const line = (name: string, rows: readonly Result[]) =>
    `${name.padEnd(20)}${[count(rows, "pass"), count(rows, "refused"), count(rows, "wrong"), rows.length].map((n) => String(n).padStart(9)).join("")}`;
  console.log(
    `${"category".padEnd(20)}${["pass", "refused", "wrong", "of"].map((word) => word.padStart(9)).join("")}`,
  );
  for (const category of [...new Set(results.map((r) => r.case.category))].toSorted())
    console.log(
      line(
        category,
        results.filter((r) => r.case.category === category),
      ),
    );
  console.log(
    `passed ${count(results, "pass")} of ${results.length}, refused ${count(results, "refused")}, wrong ${count(results, "wrong")}`,
  );
}

process.exitCode = await main();
