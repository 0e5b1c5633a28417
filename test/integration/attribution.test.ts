import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";
import { createWarehouse } from "#emulators/local/resources.ts";
import { openWarehouse } from "#shared/warehouse/warehouse.ts";

let emulator: BigqueryEmulator;
let folder: string;

const recordings = [
  { id: "freesound/1.mp3", generation: "1", title: "Old name", license: "CC-BY-4.0" },
  {
    id: "freesound/1.mp3",
    generation: "2",
    title: '=SUM("x"), a [talk]\nof two',
    license: "CC-BY-4.0",
  },
  { id: "freesound/2.mp3", generation: "1", title: "Second", license: "CC0-1.0" },
  { id: "freesound/3.mp3", generation: "1", title: "Third", license: "Sampling-Plus" },
  { id: "mine.wav", generation: "1", title: "Mine", license: null },
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earmark-"));
  emulator = await startBigqueryEmulator({ projectId: "test" });
  const bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  await createWarehouse(bigquery, "earmark");
  const warehouse = openWarehouse(bigquery, "earmark");
  for (const row of recordings)
    await warehouse.insert("recordings", `${row.id}#${row.generation}`, {
      ...row,
      username: "ann",
      source_url: `https://freesound.org/s/${row.id}/`,
      license_url: row.license === null ? null : "https://creativecommons.org/licenses/x/",
      file_path: `gs://b/${row.id}`,
      duration_seconds: 3,
      sample_rate: 44_100,
      channels: 1,
      container: "mp3",
      codec: "mp3",
      size_bytes: 1000,
      truncated: false,
      tags: [],
      loaded_at: "2026-01-01T00:00:00Z",
    });
});
afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

async function attribution(...args: string[]) {
  const child = spawn(process.execPath, ["emulators/commands/attribution.ts", ...args], {
    cwd: new URL("../..", import.meta.url).pathname,
    env: {
      ...process.env,
      BIGQUERY_EMULATOR_HOST: emulator.url,
      GOOGLE_CLOUD_PROJECT: "test",
      METADATA_SERVER_DETECTION: "none",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { stdout, stderr, code: code as number };
}

test("both files of everything, the newest version of each once, escaped", async () => {
  expect(await attribution("--out", folder)).toMatchObject({ code: 0, stderr: "" });
  const markdown = await readFile(join(folder, "CREDITS.md"), "utf8");
  expect(markdown).toContain("4 recordings by 1 author.");
  expect(markdown).toContain(
    '- “[=SUM\\("x"\\), a \\[talk\\] of two](<https://freesound.org/s/freesound/1.mp3/>)” by ann is licensed under [CC BY 4.0](<https://creativecommons.org/licenses/x/>)',
  );
  expect(markdown.indexOf("## Licence unknown")).toBeLessThan(markdown.indexOf("## [CC BY 4.0]"));
  const csv = await readFile(join(folder, "CREDITS.csv"), "utf8");
  expect(csv.split("\n")[0]).toBe(
    "id,title,author,source_url,license,license_url,gen_ai_preference,attribution",
  );
  // What a spreadsheet would take for a formula is text, and quotes are doubled.
  expect(csv).toContain('freesound/1.mp3,"\'=SUM(""x""), a [talk]\nof two",ann,');
});

/** The ids of the CSV. */
async function ids(...args: string[]) {
  const { stdout } = await attribution("--csv", ...args);
  return stdout.match(/^(freesound\/\d\.mp3|mine\.wav)/gm) ?? [];
}

test("a selection by licence, by a condition, or both", async () => {
  expect(await ids("--license", "cc by 4.0", "--license", "unknown")).toEqual([
    "mine.wav",
    "freesound/1.mp3",
  ]);
  const where = "title = 'Third' OR duration > 2 -- a remark";
  expect(await ids("--license", "CC0-1.0", "--where", where)).toEqual(["freesound/2.mp3"]);
});

test("what is wrong with the call is said", async () => {
  const license = await attribution("--license", "whatever");
  expect(license).toMatchObject({ code: 2, stderr: expect.stringMatching(/whatever.*CC-BY-4.0/) });
  const where = await attribution("--where", "no_such = 1");
  expect(where).toMatchObject({ code: 2, stderr: expect.stringMatching(/--where.*no_such/) });
});
