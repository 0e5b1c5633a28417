import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixture } from "../unit/audio/fixtures.ts";
import { type Pipeline, startPipeline } from "./pipeline.ts";

let pipeline: Pipeline;
const root = new URL("../..", import.meta.url).pathname;

beforeAll(async () => {
  pipeline = await startPipeline({ settings: { MAX_DURATION_SECONDS: "1" } });
  pipeline.drop("long.flac", fixture("mono-16.flac"));
  pipeline.drop("page.mp3", Buffer.from("<html>404</html>"));
  await pipeline.local.eventarc.settled();
});
afterAll(() => pipeline.close());

async function replay(...args: string[]) {
  const child = spawn(process.execPath, ["emulators/commands/replay.ts", ...args], {
    cwd: root,
    env: { ...process.env, ...pipeline.local.environment, MAX_DURATION_SECONDS: "60" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  // Its progress goes there; after a failure it is what tells why.
  if (code !== 0) process.stderr.write(stderr);
  return { stdout, stderr, code: code as number };
}

const states = () =>
  pipeline.sql("SELECT id, status, quality_label IS NOT NULL AS rated FROM audio_info ORDER BY id");

test("what was rejected goes through its stages again, under the limits of now", async () => {
  expect(await states()).toEqual([
    { id: "long.flac", status: "rejected", rated: false },
    { id: "page.mp3", status: "rejected", rated: false },
  ]);
  const { stdout, code } = await replay("--rejected");
  expect(stdout).toMatch(
    /^long.flac load: done\nlong.flac classify: done\npage.mp3 load: rejected again, not-audio/,
  );
  expect(stdout).toMatch(/2 recordings selected, 2 not done\n$/);
  expect(code).toBe(1);
  expect((await states())[0]).toMatchObject({ id: "long.flac", status: "loaded+classified" });
});

test("any selection goes through a stage again, and is counted once", async () => {
  const before = await states();
  const replayed = await replay("--where", "id = 'long.flac'", "--stage", "classify");
  expect(replayed).toMatchObject({
    code: 0,
    stdout: "long.flac classify: done\n1 recordings selected, 0 not done\n",
  });
  expect(await states()).toEqual(before);
  const rows = await pipeline.sql("SELECT event_id FROM quality WHERE id = 'long.flac'");
  expect(rows).toEqual([{ event_id: null }, { event_id: null }]);
});

test("a wrong selection is one clear line", async () => {
  expect(await replay()).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--rejected or --where/),
  });
  expect(await replay("--where", "colour = 'red'")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Unrecognized name: colour/),
  });
});
