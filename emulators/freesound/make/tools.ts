import { spawn } from "node:child_process";
import { once } from "node:events";

/** espeak-ng speaks at 22,050 Hz; everything is made at that rate. */
export const sampleRate = 22_050;

/** Speech by espeak-ng, mono, with its peak at half of full scale. */
export async function speak(
  voice: string,
  wordsAMinute: number,
  text: string,
): Promise<Float32Array> {
  const args = ["-v", voice, "-s", String(wordsAMinute), "-b", "1", "--stdin", "--stdout"];
  const wav = await run("espeak-ng", args, Buffer.from(text));
  const speech = await decode(wav);
  const peak = speech.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);
  return speech.map((sample) => (0.5 * sample) / peak);
}

/** Any encoded audio as samples at `rate`. */
async function decode(bytes: Buffer, rate = sampleRate): Promise<Float32Array> {
  const raw = ["-f", "f32le", "-ac", "1", "-ar", String(rate), "pipe:1"];
  return toSamples(await run("ffmpeg", [...quiet, "-i", "pipe:0", ...raw], bytes));
}

/** The samples in a file of ffmpeg's making: `args` choose codec, rate and options, `path` the container. */
export async function encodeFile(
  samples: Float32Array,
  args: readonly string[],
  path: string,
): Promise<void> {
  await run(
    "ffmpeg",
    [...quiet, ...rawInput, ...args, ...reproducible, "-y", path],
    toBytes(samples),
  );
}

/** Through a codec and back, at the codec's rate. */
export async function throughCodec(
  samples: Float32Array,
  args: readonly string[],
  format: string,
  rate: number,
): Promise<Float32Array> {
  const encode = [...quiet, ...rawInput, ...args, ...reproducible, "-f", format, "pipe:1"];
  const encoded = await run("ffmpeg", encode, toBytes(samples));
  const output = ["-f", "f32le", "-ar", String(rate), "pipe:1"];
  return toSamples(
    await run("ffmpeg", [...quiet, "-f", format, "-i", "pipe:0", ...output], encoded),
  );
}

export const resample = async (
  samples: Float32Array,
  from: number,
  to: number,
): Promise<Float32Array> =>
  toSamples(await run("sox", [...raw(from), "-", ...raw(to), "-", "rate", "-v"], toBytes(samples)));

/** A linear-phase filter whose delay sox takes out. */
export const bandPass = async (
  samples: Float32Array,
  low: number,
  high: number,
): Promise<Float32Array> =>
  toSamples(
    await run(
      "sox",
      [...raw(sampleRate), "-", ...raw(sampleRate), "-", "sinc", `${low}-${high}`],
      toBytes(samples),
    ),
  );

const raw = (rate: number) => ["-t", "f32", "-r", String(rate), "-c", "1"];
const quiet = ["-hide_banner", "-loglevel", "error"];
const rawInput = ["-f", "f32le", "-ac", "1", "-ar", String(sampleRate), "-i", "pipe:0"];
/** No encoder names, dates or random stream numbers in the files. */
const reproducible = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"];

const toBytes = (samples: Float32Array) =>
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

function toSamples(bytes: Buffer): Float32Array {
  const samples = new Float32Array(Math.floor(bytes.length / 4));
  for (let index = 0; index < samples.length; index++)
    samples[index] = bytes.readFloatLE(index * 4);
  return samples;
}

/** What the command writes. Rejects with its own words when it fails, or says that it is not installed. */
async function run(command: string, args: readonly string[], input: Buffer): Promise<Buffer> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  child.stdin.on("error", () => {}); // a command that ends early says why below
  child.stdin.end(input);
  const [code] = (await once(child, "close").catch((error: Error) => {
    throw new Error(`${command} could not be started: install it first`, { cause: error });
  })) as [number];
  if (code !== 0)
    throw new Error(`${command} ${args.join(" ")} failed: ${Buffer.concat(complaints).toString()}`);
  return Buffer.concat(output);
}
