import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
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

function pesq(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [command, ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

const reference = join(fixtures, "english-16k.flac");
const degraded = join(fixtures, "vorbis.flac");

/** A silent WAV file, mono, 16-bit. */
async function writeWav(name: string, sampleRate: number, samples: number): Promise<string> {
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(2 * sampleRate, 28);
  bytes.writeUInt16LE(2, 32);
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
    const manifest = join(folder, "manifest.json");
    await writeFile(
      manifest,
      JSON.stringify([
        { id: "gone", reference: "gone.flac", degraded: "vorbis.flac" },
        {
          id: "good",
          reference: relative(folder, reference),
          degraded: relative(folder, degraded),
        },
      ]),
    );
    const { code, stdout } = await pesq("--manifest", manifest, "--json");
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
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
    ["a missing file", [reference, "nowhere.flac"], "there is no file nowhere.flac"],
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
});
