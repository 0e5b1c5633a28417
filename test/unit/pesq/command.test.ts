import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixtures } from "./pairs.ts";

const command = new URL("../../../emulators/commands/pesq.ts", import.meta.url).pathname;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earmark-pesq-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

// `npm test` sets it for this process: where a command was typed is for each test to say.
const { INIT_CWD: _, ...environment } = process.env;

function pesqIn(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [command, ...args],
      { env: { ...environment, ...env } },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

const pesq = (...args: string[]) => pesqIn({}, ...args);

/** The JSON lines for a manifest of these entries. */
async function linesOf(manifest: string, env: NodeJS.ProcessEnv = {}) {
  const { code, stdout, stderr } = await pesqIn(env, "--manifest", manifest, "--json");
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { code, stderr, lines };
}

async function writeManifest(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const reference = join(fixtures, "english-16k.flac");
const degraded = join(fixtures, "vorbis.flac");

/** A WAV file of 16 bits: silence in one or more channels. */
async function writeWav(
  name: string,
  sampleRate: number,
  frames: number,
  channels = 1,
): Promise<string> {
  const samples = frames * channels;
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(2 * channels * sampleRate, 28);
  bytes.writeUInt16LE(2 * channels, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(2 * samples, 40);
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe("npm run pesq", () => {
  test("scores a pair, for people and as JSON", async () => {
    const [text, json] = await Promise.all([
      pesq(reference, degraded),
      pesq("--json", "--mode", "nb", reference, degraded),
    ]);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toMatch(/^MOS-LQO 3\.318 \(wideband, P\.862\.2\), raw 3\.032\n/);
    expect(JSON.parse(json.stdout)).toMatchObject({ mode: "nb", match: { isPair: true } });
    expect(JSON.parse(json.stdout).mosLqo).toBeCloseTo(3.49861431, 5);
  });

  test("scores a manifest, a line a pair and mode, and goes on after a bad one", async () => {
    const manifest = await writeManifest(
      "manifest.json",
      JSON.stringify([
        { id: "gone", reference: "gone.flac", degraded: "vorbis.flac" },
        {
          id: "good",
          reference: relative(folder, reference),
          degraded: relative(folder, degraded),
        },
      ]),
    );
    const { code, lines } = await linesOf(manifest);
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      { id: "gone", mode: "nb", error: expect.stringContaining("gone.flac") },
      { id: "gone", mode: "wb", error: expect.stringContaining("gone.flac") },
      { id: "good", mode: "nb" },
      { id: "good", mode: "wb" },
    ]);
    expect(lines[3].mosLqo).toBeCloseTo(3.31804633, 5);
    expect(lines[3].raw).toBeCloseTo(3.03182, 4);
  });

  test.each([
    ["one file", [reference], "name two files"],
    ["a wrong option", ["--fast", reference, degraded], "--fast"],
    ["a wrong mode", ["--mode", "swb", reference, degraded], "--mode is wb or nb"],
    ["a missing file", [reference, "nowhere.flac"], "nowhere.flac"],
    ["a file that is no audio", [reference, command], "cannot be read"],
    ["two rates", [reference, join(fixtures, "english-8k.flac")], "8000 Hz: resample one"],
    [
      "wideband at 8 kHz",
      ["--mode", "wb", ...Array<string>(2).fill(join(fixtures, "english-8k.flac"))],
      "needs 16000 Hz",
    ],
    ["a manifest that is none", ["--manifest", command], "not a JSON array"],
  ])("%s: one clear line and exit code 2", async (_, args, words) => {
    const { code, stdout, stderr } = await pesq(...args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain(words);
  });

  test("another sample rate is not resampled but refused", async () => {
    const file = await writeWav("cd.wav", 44_100, 44_100);
    const { code, stderr } = await pesq(file, file);
    expect(code).toBe(2);
    expect(stderr).toContain("8000 and 16000 Hz, not at 44100 Hz");
  });

  test("a manifest may name files by absolute paths and begin with a byte-order mark", async () => {
    const pairs = [{ id: "absolute", reference, degraded }];
    const manifest = await writeManifest("absolute.json", `\uFEFF${JSON.stringify(pairs)}`);
    const { code, lines } = await linesOf(manifest);
    expect(code).toBe(0);
    expect(lines[1].mosLqo).toBeCloseTo(3.31804633, 5);
  });

  test("an entry of a manifest that is none has an error of its own", async () => {
    const entries = [
      { id: "half", reference },
      { id: 7, reference, degraded },
      "words",
      { id: "good", reference, degraded },
    ];
    const manifest = await writeManifest("entries.json", JSON.stringify(entries));
    const { code, lines } = await linesOf(manifest);
    expect(code).toBe(0);
    expect(lines).toHaveLength(8);
    expect(lines[0]).toMatchObject({ id: "half", error: expect.stringContaining("degraded") });
    expect(lines[2]).toMatchObject({ id: "entry 2", error: expect.stringContaining("id") });
    expect(lines[4]).toMatchObject({ id: "entry 3", error: expect.stringContaining("entry") });
    expect(lines[6].error).toBeUndefined();
  });

  test("relative paths are those of the folder in which npm was called", async () => {
    const env = { INIT_CWD: dirname(reference) };
    const names = [basename(reference), basename(degraded)];
    expect(await pesqIn(env, ...names)).toMatchObject({ code: 0, stderr: "" });
    const pairs = [{ id: "one", reference: names[0], degraded: names[1] }];
    await writeManifest("beside.json", JSON.stringify(pairs));
    const { lines } = await linesOf("beside.json", { INIT_CWD: folder });
    expect(lines[0].error).toContain(join(folder, names[0])); // beside the manifest, not there
  });

  test("a file that ends before it should is refused", async () => {
    const whole = await readFile(await writeWav("whole.wav", 16_000, 32_000));
    const path = join(folder, "half.wav");
    await writeFile(path, whole.subarray(0, whole.length / 2));
    const { code, stdout, stderr } = await pesq(reference, path);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^earmark: .*half\.wav is cut short: .*\n$/);
    const pairs = [{ id: "cut", reference, degraded: path }];
    const ended = await linesOf(await writeManifest("cut.json", JSON.stringify(pairs)));
    expect(ended.code).toBe(1);
    expect(ended.lines[0].error).toContain("is cut short");
  });

  test("a file of two channels is refused, for an average is another signal", async () => {
    const file = await writeWav("stereo.wav", 16_000, 16_000, 2);
    const { code, stderr } = await pesq(reference, file);
    expect(code).toBe(2);
    expect(stderr).toMatch(/stereo\.wav has 2 channels.*\n$/);
  });

  test("a reader that has had enough ends it quietly", async () => {
    const pairs = Array.from({ length: 40 }, (_, k) => ({ id: `${k}`, reference, degraded }));
    const manifest = await writeManifest("long.json", JSON.stringify(pairs));
    const child = spawn(process.execPath, [command, "--manifest", manifest, "--json"], {
      env: environment,
    });
    let stderr = "";
    child.stderr.on("data", (text) => (stderr += text));
    let lines = 0;
    child.stdout.on("data", () => {
      lines++;
      child.stdout.destroy();
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(lines).toBe(1);
  });
});
