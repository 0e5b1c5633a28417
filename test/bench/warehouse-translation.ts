import { readdirSync, readFileSync } from "node:fs";
import { BigQuery } from "@google-cloud/bigquery";
import { analyzeStatement, openSession, parseWhole } from "#emulators/bigquery/analyze/analyze.ts";
import { openCatalog } from "#emulators/bigquery/store/catalog.ts";
import { startBigqueryEmulator } from "#emulators/bigquery/index.ts";
import type { Store } from "#emulators/bigquery/store/store.ts";
import { createWarehouse } from "#emulators/local/resources.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** Milliseconds per statement: of each, the median over the runs; then over the statements. */
export interface Translation {
  readonly statements: number;
  readonly medianMs: number;
  readonly mostMs: number;
  /** What DuckDB takes to plan the SQL that comes out: the way without a translation. */
  readonly plannedMs: number;
}

const runs = 15;

/** How long lexer, parser, analysis and writing of SQL take, after warm-up. */
export async function benchTranslation(): Promise<Readonly<Record<string, Translation>>> {
  const emulator = await startBigqueryEmulator({ projectId: "bench" });
  try {
    const bigquery = new BigQuery({ projectId: "bench", apiEndpoint: emulator.url });
    await createWarehouse(bigquery, "earmark");
    return {
      "views and cookbook": await timeAll(emulator.store, [...viewQueries(), ...cookbook()]),
      "statements of the tests": await timeAll(emulator.store, testStatements()),
    };
  } finally {
    await emulator.close();
  }
}

const viewQueries = () =>
  readdirSync(new URL("shared/warehouse/views/", root)).map(
    (file) => `SELECT * FROM earmark.${file.replace(/\.sql$/, "")}`,
  );

const cookbook = () =>
  [...read("README.md").matchAll(/^```sql\n([^]*?)^```/gm)].flatMap(([, text]) =>
    text.split(/;\s*$/m).filter((part) => /^SELECT/m.test(part)),
  );

/** Single queries that need no tables of their own. */
const testStatements = () =>
  readdirSync(new URL("test/integration/googlesql/", root))
    .flatMap((file) => read(`test/integration/googlesql/${file}`).split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { sql: string; setup?: unknown; expected: object })
    .filter(({ sql, setup, expected }) => setup === undefined && "rows" in expected && isQuery(sql))
    .map(({ sql }) => sql);

function isQuery(sql: string): boolean {
  try {
    parseWhole(sql);
    return true;
  } catch {
    return false; // a script or a statement that is no query: another corpus counts it
  }
}

function translate(store: Store, text: string): string {
  const catalog = openCatalog(store, { defaultDataset: "earmark" });
  return analyzeStatement(parseWhole(text), openSession({ catalog, now: 0n })).sql;
}

async function timeAll(store: Store, texts: readonly string[]): Promise<Translation> {
  const times: number[] = [];
  const planned: number[] = [];
  for (const text of texts) translate(store, text);
  for (const text of texts) {
    times.push(median(Array.from({ length: runs }, () => timed(() => translate(store, text)))));
    const sql = translate(store, text);
    const started = performance.now();
    await store.engine.query(`EXPLAIN ${sql}`, [{ kind: "STRING" }, { kind: "STRING" }]);
    planned.push(performance.now() - started);
  }
  return {
    statements: texts.length,
    medianMs: median(times),
    mostMs: Math.max(...times),
    plannedMs: median(planned),
  };
}

function timed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1];
