import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";

const run = promisify(execFile);
// Each call takes two seconds of a core, so that it runs with the other suites that need the Cloud SDK.
const wanted = process.env["EARMARK_GOOGLE_EMULATORS"] === "1";
if (!wanted) console.warn("bq is not tried: set EARMARK_GOOGLE_EMULATORS=1 (Google Cloud SDK)");

let emulator: BigqueryEmulator;
let home: string;

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  home = await mkdtemp(join(tmpdir(), "earmark-bq-"));
});
afterAll(async () => {
  await emulator.close();
  await rm(home, { recursive: true, force: true });
});

/** bq as the README says, with a home of its own: no account and no settings of this machine. */
async function bq(...args: string[]): Promise<string> {
  const { stdout } = await run("bq", ["--api", emulator.url, "--project_id", "test", ...args], {
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      CLOUDSDK_CONFIG: home,
      CLOUDSDK_AUTH_ACCESS_TOKEN: "local",
      CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
    },
  });
  return stdout;
}

test.skipIf(!wanted)(
  "bq of the Cloud SDK loads, shows and queries",
  { timeout: 180_000 },
  async () => {
    emulator.store.createDataset("speech", {});
    const file = join(home, "rows.csv");
    await writeFile(file, 'id,name\n1,a\n2,"b, c"\n');
    await bq("load", "--skip_leading_rows=1", "speech.rows", file, "id:INTEGER,name:STRING");
    const sql = "SELECT id, name FROM speech.rows WHERE id > @low ORDER BY id";
    const [shown, found] = await Promise.all([
      bq("--format=json", "show", "speech.rows"),
      bq("--format=json", "query", "--use_legacy_sql=false", "--parameter=low:INT64:1", sql),
    ]);
    expect(JSON.parse(shown)).toMatchObject({
      numRows: "2",
      schema: { fields: [{ name: "id" }, { name: "name" }] },
    });
    expect(JSON.parse(found)).toEqual([{ id: "2", name: "b, c" }]);
  },
);

test("the discovery document describes what is served and nothing else", async () => {
  const response = await fetch(`${emulator.url}/discovery/v1/apis/bigquery/v2/rest`);
  const document = (await response.json()) as {
    rootUrl: string;
    resources: Record<string, { methods: Record<string, { httpMethod: string; path: string }> }>;
  };
  expect(document.rootUrl).toBe(`${emulator.url}/`);
  const methods = Object.values(document.resources).flatMap((resource) =>
    Object.values(resource.methods),
  );
  expect(methods.length).toBeGreaterThan(25);
  for (const { httpMethod, path } of methods) {
    const url = `${emulator.url}/bigquery/v2/${path.replace("{+projectId}", "test").replaceAll(/\{\+\w+\}/g, "none")}`;
    const answer = await fetch(url, { method: httpMethod });
    expect(await answer.text()).not.toContain("Not found: Method");
  }
});

test("an upload may come in parts", async () => {
  const url = `${emulator.url}/upload/bigquery/v2/projects/test/jobs?uploadType=resumable`;
  await fetch(`${emulator.url}/bigquery/v2/projects/test/datasets`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ datasetReference: { datasetId: "parts" } }),
  });
  const load = {
    destinationTable: { projectId: "test", datasetId: "parts", tableId: "t" },
    schema: { fields: [{ name: "x", type: "INT64" }] },
  };
  const start = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ configuration: { load } }),
  });
  const place = start.headers.get("location") ?? "";
  const put = (range: string, body: string) =>
    fetch(place, { method: "PUT", headers: { "content-range": range }, body });
  const first = await put("bytes 0-3/*", "1\n2\n");
  expect([first.status, first.headers.get("range")]).toEqual([308, "bytes=0-3"]);
  expect((await put("bytes 9-10/*", "9\n")).status).toBe(400);
  const last = await put("bytes 4-5/6", "3\n");
  expect(await last.json()).toMatchObject({
    status: { state: "DONE" },
    statistics: { load: { outputRows: "3" } },
  });
  expect((await put("bytes 0-1/2", "1\n")).status).toBe(404);
});
