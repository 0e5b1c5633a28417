import { run } from "../run/run.ts";
import type { Outcome } from "../run/outcome.ts";
import { errorProto } from "../rest/api-error.ts";
import { openStore, type Store } from "../store/store.ts";
import { encode, sameLists } from "./compare.ts";
import type { Case, Expected } from "./corpus.ts";

export type Verdict = "pass" | "refused" | "wrong";

export interface Result {
  readonly case: Case;
  readonly verdict: Verdict;
  readonly detail: string;
}

/** Runs the cases one after another, each in a warehouse of its own, with a dataset `hidden`. */
export async function runCases(cases: readonly Case[]): Promise<Result[]> {
  const results: Result[] = [];
  const store = await openStore("conform");
  try {
    for (const one of cases) {
      store.createDataset("hidden", {});
      results.push({ case: one, ...(await runCase(store, one)) });
      await store.deleteDataset("hidden", true);
    }
  } finally {
    store.engine.close();
  }
  return results;
}

const timeoutMs = 10_000;

async function runCase(
  store: Store,
  { setup = [], sql, expected }: Case,
): Promise<{ verdict: Verdict; detail: string }> {
  const execute = (text: string) => run(store, text, { params: new Map(), timeoutMs });
  let outcome: Outcome;
  try {
    for (const statement of setup) await execute(statement);
  } catch (error) {
    return { verdict: "refused", detail: `setup: ${errorProto(error).message}` };
  }
  try {
    outcome = await execute(sql);
  } catch (error) {
    return judgeError(error, expected);
  }
  if ("error" in expected) return { verdict: "wrong", detail: "an error was expected" };
  return judgeRows(outcome, expected);
}

function judgeError(error: unknown, expected: Expected): { verdict: Verdict; detail: string } {
  const { message, reason } = errorProto(error);
  const known =
    reason !== "internalError" &&
    reason !== "notImplemented" &&
    !message.includes("Not supported by the local BigQuery");
  const right =
    "error" in expected &&
    known &&
    (expected.contains === undefined ||
      message.toLowerCase().includes(expected.contains.toLowerCase()));
  return { verdict: right ? "pass" : "refused", detail: message };
}

function judgeRows(
  outcome: Outcome,
  expected: Extract<Expected, { rows: unknown }>,
): { verdict: Verdict; detail: string } {
  const types = outcome.types ?? [];
  const got = (outcome.rows ?? []).map((row) =>
    types.map((type, i) => encode(row[i] ?? null, type)),
  );
  const names = (outcome.schema ?? []).map((field) => field.name);
  const wrongName =
    expected.columns?.findIndex(
      (name, i) => name !== null && name.toLowerCase() !== names[i]?.toLowerCase(),
    ) ?? -1;
  if (wrongName >= 0)
    return { verdict: "wrong", detail: `column ${wrongName + 1} is called ${names[wrongName]}` };
  if (sameLists(got, expected.rows, expected.ordered === true, expected.arraysUnordered))
    return { verdict: "pass", detail: "" };
  return {
    verdict: "wrong",
    detail: `expected ${JSON.stringify(expected.rows)}, got ${JSON.stringify(got)}`,
  };
}
