import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { defaultAudioLimits, readAudio } from "#shared/audio/read.ts";
import { silentFlac, wav, sine16 } from "./builders.ts";
import { expected, fixture } from "./fixtures.ts";

test("a worker reads the file and hands its signal over; the bytes stay the caller's", async () => {
  const bytes = fixture("vorbis.ogg");
  const before = bytes.slice();
  const reading = await readAudio(bytes, { limits: defaultAudioLimits, resampleTo: "auto" });
  expect(reading).toMatchObject({
    codec: "vorbis",
    channels: 2,
    truncated: false,
    samplesRate: 16_000,
  });
  const { frames } = expected["vorbis.ogg"] ?? { frames: 0 };
  expect(reading.samples?.length).toBe(Math.round((frames * 16_000) / 32_000));
  expect(bytes).toEqual(before);
});

test("bytes that are handed over are moved, those in a shared buffer copied", async () => {
  const reading = await readAudio(fixture("vorbis.ogg"), { limits: defaultAudioLimits });
  const own = new Uint8Array(fixture("vorbis.ogg"));
  const options = { limits: defaultAudioLimits, handOver: true };
  await expect(readAudio(own, options)).resolves.toEqual(reading);
  expect(own).toHaveLength(0);
  const part = new Uint8Array([...fixture("vorbis.ogg"), 0]).subarray(0, -1);
  await expect(readAudio(part, options)).resolves.toEqual(reading);
  expect(part).toEqual(new Uint8Array(fixture("vorbis.ogg")));
});

test("a rejection comes back as one", async () => {
  const reading = readAudio(new TextEncoder().encode("<html></html>"), {
    limits: defaultAudioLimits,
  });
  await expect(reading).rejects.toMatchObject({ name: "PermanentError", reason: "not-audio" });
});

test("a file that takes too long is given up, and the worker killed", async () => {
  const bomb = silentFlac(8, 96_000, 10_000, 0);
  const limits = { ...defaultAudioLimits, maxDurationSeconds: 3600, decodeTimeoutMs: 300 };
  const started = performance.now();
  await expect(readAudio(bomb, { limits })).rejects.toMatchObject({ reason: "decode-timeout" });
  expect(performance.now() - started).toBeLessThan(5000);
});

test("a signal larger than the memory allowed is refused", async () => {
  const limits = { ...defaultAudioLimits, maxMemoryMb: 20 };
  const long = wav({ data: sine16(16_000), dataSize: 0xffff_ffff, sampleRate: 4000 });
  await expect(readAudio(long, { limits, resampleTo: 16_000 })).resolves.toMatchObject({
    durationSeconds: 4,
  });
  const silence = silentFlac(1, 8000, 90, 0);
  await expect(readAudio(silence, { limits, resampleTo: 16_000 })).rejects.toMatchObject({
    reason: "decode-memory",
  });
});

test("no hostile file takes a process over 512 MiB", { timeout: 60_000 }, async () => {
  const script = new URL("./hostile-memory.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env: {} });
  const { files, peakMb } = JSON.parse(stdout) as { files: number; peakMb: number };
  expect(files).toBeGreaterThan(15);
  expect(peakMb).toBeLessThan(512);
});
