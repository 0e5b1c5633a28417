import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { readCorpus } from "#emulators/bigquery/conform/corpus.ts";
import { runCases } from "#emulators/bigquery/conform/runner.ts";

const folder = new URL("googlesql/", import.meta.url).pathname;
const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));

/** Each case says in `source` which page of the documentation states what it expects. */
test.each(files)("%s: every statement gives what the documentation says", async (file) => {
  const cases = readCorpus(folder + file);
  const results = await runCases(cases);
  const failed = results.filter(({ verdict }) => verdict !== "pass");
  expect(
    failed.map(({ case: one, verdict, detail }) => `${verdict} ${one.id}: ${one.sql} → ${detail}`),
  ).toEqual([]);
  expect(results).toHaveLength(cases.length);
});
