import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Pipeline, startPipeline } from "./pipeline.ts";

let pipeline: Pipeline;
let url: string;
beforeAll(async () => {
  // Long enough for the killed process to be started again, short enough to be waited for.
  pipeline = await startPipeline({
    settings: { CRAWL_LEASE_SECONDS: "12", CRAWL_CONCURRENCY: "2" },
  });
  url = pipeline.local.functions.crawl.url.replace(/\/$/, "");
});
afterAll(() => pipeline.close());

const post = async (body: string) => {
  const response = await fetch(`${url}/`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return { response, body: (await response.json()) as Record<string, unknown> };
};

test("kill -9 of a crawl loses nothing: the next one goes on, and the dead one gets its row", async () => {
  const { freesound, functions, storage } = pipeline.local;
  const { size } = freesound.sounds;
  freesound.failNext("slow", { on: "preview", times: size, delayMs: 150 });
  const killed = post("{}").catch(() => "cut");
  await expect
    .poll(() => freesound.requests.count("preview"), { timeout: 30_000 })
    .toBeGreaterThan(6);
  process.kill(functions.crawl.pid, "SIGKILL");
  expect(await killed).toBe("cut");
  await expect.poll(() => functions.crawl.restarts, { timeout: 30_000 }).toBe(1);

  const early = await post("{}");
  expect(early.response.status).toBe(409);
  expect(early.response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  const dead = String(early.body["crawl_id"]);
  const shown = (await (await fetch(`${url}/crawls/${dead}`)).json()) as Record<string, unknown>;
  expect(shown).toMatchObject({ crawl_id: dead, status: "running" });

  const heir = async () => (await post("{}")).body;
  let report: Record<string, unknown> = {};
  const isDone = async () => {
    report = await heir();
    return report["status"];
  };
  await expect.poll(isDone, { timeout: 60_000, interval: 500 }).toBe("complete");
  expect(report).toMatchObject({ failed: 0, resumed_from: dead });
  expect(Number(report["stored"]) + Number(report["already_stored"])).toBe(size);
  expect(storage.objects.list("earmark-local-earmark-recordings")).toHaveLength(size);

  const rows = await pipeline.sql("SELECT crawl_id, status, error FROM crawls ORDER BY started_at");
  expect(rows).toEqual([
    { crawl_id: dead, status: "partial", error: expect.stringContaining("ended without a word") },
    { crawl_id: report["crawl_id"], status: "complete", error: null },
  ]);
});

test("what is no JSON is refused like everything else, in the process as it is deployed", async () => {
  const { response, body } = await post("{no json");
  expect(response.status).toBe(400);
  expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({ type: "about:blank", status: 400 });
});

test("a changed licence reaches the tables through a full crawl, without a download", async () => {
  const { eventarc, freesound } = pipeline.local;
  await eventarc.settled();
  const [sound] = freesound.sounds.list().filter(({ license }) => license.includes("zero"));
  if (sound === undefined) throw new Error("one of the bundled sounds is CC0");
  freesound.sounds.change(sound.id, { license: "https://creativecommons.org/licenses/by/4.0/" });
  const downloads = freesound.requests.count("preview");
  expect(await pipeline.crawl({ full: true })).toMatchObject({ changed: 1, deleted: 0, stored: 0 });
  expect(freesound.requests.count("preview")).toBe(downloads);
  const rows = await pipeline.sql(
    `SELECT license, attribution, status FROM audio_info WHERE id LIKE 'freesound/${sound.id}.%'`,
  );
  expect(rows).toEqual([
    {
      license: "CC-BY-4.0",
      attribution: expect.stringContaining("CC BY 4.0"),
      status: "loaded+classified",
    },
  ]);
});

test("npm run attribution writes the credits of a selection", async () => {
  const command = async (...args: string[]) => {
    const child = spawn(process.execPath, ["emulators/commands/attribution.ts", ...args], {
      cwd: new URL("../..", import.meta.url).pathname,
      env: { ...process.env, ...pipeline.local.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    return { stdout, stderr, code: code as number };
  };
  const by = await pipeline.sql("SELECT id FROM recordings WHERE license = 'CC-BY-4.0'");
  const ids = new Set(by.map(({ id }) => id));
  const markdown = await command("--markdown", "--where", "license = 'CC-BY-4.0' AND duration > 0");
  expect(markdown).toMatchObject({ code: 0, stderr: "" });
  expect(markdown.stdout.split("\n").filter((line) => line.startsWith("- “"))).toHaveLength(
    ids.size,
  );
  expect(markdown.stdout).toContain(
    "## [CC BY 4.0](<https://creativecommons.org/licenses/by/4.0/>)",
  );
  const csv = await command("--csv", "--where", "license = 'CC-BY-4.0'");
  expect(csv.stdout.trimEnd().split("\n")).toHaveLength(ids.size + 1);
  const wrong = await command("--csv", "--where", "no_such = 1");
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/^earmark: .*no_such/) });
});
