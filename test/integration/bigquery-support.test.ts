import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readCorpus } from "#emulators/bigquery/conform/corpus.ts";
import { supportTable } from "#emulators/bigquery/conform/support.ts";

const folder = new URL("googlesql/", import.meta.url).pathname;
const readme = new URL("../../emulators/bigquery/README.md", import.meta.url).pathname;
const between = /(<!-- functions -->)[^]*(<!-- \/functions -->)/;

/** `UPDATE_README=1` writes the table anew. */
test("the README lists the functions as the statements try them", () => {
  const cases = readdirSync(folder)
    .toSorted()
    .flatMap((name) => readCorpus(folder + name));
  const table = supportTable(cases);
  const text = readFileSync(readme, "utf8");
  const wanted = text.replace(
    between,
    (_, open: string, close: string) => `${open}\n\n${table}\n\n${close}`,
  );
  if (process.env["UPDATE_README"] === "1") writeFileSync(readme, wanted);
  expect(wanted).toMatch(between);
  expect(readFileSync(readme, "utf8")).toBe(wanted);
});
