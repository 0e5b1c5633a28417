/** `npm run pesq`: scores a pair, or every pair of a manifest. */
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { decodeAudio } from "#shared/audio/decode.ts";
import { toMono } from "#shared/audio/mono.ts";
import { PermanentError } from "#shared/errors.ts";
import {
  PesqError,
  type PesqMode,
  type PesqRate,
  type PesqResult,
  type PesqSamples,
  pesq,
} from "#shared/pesq/index.ts";
import { parseOptions, run, UsageError } from "./cli.ts";

const help = `npm run pesq -- REFERENCE DEGRADED [options]
npm run pesq -- --manifest FILE [options]

PESQ (ITU-T P.862) of a degraded recording against its reference. Both at 8000 or at 16000 Hz: nothing is resampled.
The channels of a file are averaged.

  --mode wb|nb     wideband (16000 Hz) or narrowband; the default is wb at 16000 Hz and nb at 8000 Hz,
                   and both with a manifest
  --manifest FILE  a JSON array of {id, reference, degraded}, paths beside the manifest
  --json           one JSON object, or one a line: {id, mode, mosLqo, raw} or {id, mode, error}
  --help

Exit code: 0 when there is a score, 1 when no pair of a manifest has one, 2 for a wrong call or a pair without a score.
`;

const Manifest = z.array(z.object({ id: z.string(), reference: z.string(), degraded: z.string() }));

interface Sound {
  readonly samples: PesqSamples;
  readonly sampleRate: number;
}

await run(async (args) => {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: {
      mode: { type: "string" },
      manifest: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const mode = parseMode(values.mode);
  if (values.manifest !== undefined) {
    if (positionals.length > 0)
      throw new UsageError("--manifest names the files: give no others beside it");
    return scoreManifest(values.manifest, mode ? [mode] : ["nb", "wb"], values.json);
  }
  const [reference, degraded, ...more] = positionals;
  if (reference === undefined || degraded === undefined || more.length > 0)
    throw new UsageError("name two files: npm run pesq -- REFERENCE DEGRADED");
  const sounds = [await readSound(reference), await readSound(degraded)] as const;
  const used = mode ?? (sounds[0].sampleRate === 8000 ? "nb" : "wb");
  const result = scorePair(sounds, used);
  process.stdout.write(
    values.json ? `${JSON.stringify({ mode: used, ...result })}\n` : describe(result, used),
  );
});

function parseMode(text: string | undefined): PesqMode | undefined {
  if (text === undefined || text === "wb" || text === "nb") return text;
  throw new UsageError(`--mode is wb or nb, not "${text}"`);
}

async function scoreManifest(path: string, modes: readonly PesqMode[], json: boolean) {
  const pairs = await readManifest(path);
  let scored = 0;
  for (const { id, reference, degraded } of pairs) {
    const sounds = await soundsOf(join(dirname(path), reference), join(dirname(path), degraded));
    for (const mode of modes) {
      const { mosLqo, raw, error } = tryPair(sounds, mode);
      if (error === undefined) scored++;
      process.stdout.write(
        json
          ? `${JSON.stringify({ id, mode, mosLqo, raw, error })}\n`
          : `${id}  ${mode}  ${error ?? `${mosLqo?.toFixed(4)}  raw ${raw?.toFixed(4)}`}\n`,
      );
    }
  }
  if (scored === 0) process.exitCode = 1;
}

async function readManifest(path: string): Promise<z.infer<typeof Manifest>> {
  const text = (await readNamed(path)).toString("utf8");
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (error) {
    throw new UsageError(
      `${path} is not a JSON array of {id, reference, degraded}: see npm run pesq -- --help`,
      { cause: error },
    );
  }
}

type Pair = readonly [Sound, Sound];

/** The sounds of a pair, or why one of them cannot be read: a manifest goes on after it. */
async function soundsOf(reference: string, degraded: string): Promise<Pair | string> {
  try {
    return [await readSound(reference), await readSound(degraded)];
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function tryPair(sounds: Pair | string, mode: PesqMode): Partial<PesqResult> & { error?: string } {
  if (typeof sounds === "string") return { error: sounds };
  try {
    return scorePair(sounds, mode);
  } catch (error) {
    if (error instanceof UsageError) return { error: error.message };
    throw error;
  }
}

function scorePair([reference, degraded]: Pair, mode: PesqMode): PesqResult {
  const { sampleRate } = reference;
  if (sampleRate !== degraded.sampleRate)
    throw new UsageError(
      `the reference has ${sampleRate} Hz and the degraded file ${degraded.sampleRate} Hz: resample one of them`,
    );
  if (!isRate(sampleRate))
    throw new UsageError(
      `PESQ is defined at 8000 and 16000 Hz, not at ${sampleRate} Hz: resample both files first`,
    );
  try {
    return pesq(reference.samples, degraded.samples, { sampleRate, mode });
  } catch (error) {
    if (error instanceof PesqError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function isRate(rate: number): rate is PesqRate {
  return rate === 8000 || rate === 16_000;
}

async function readSound(path: string): Promise<Sound> {
  const bytes = await readNamed(path);
  try {
    const decoding = decodeAudio(bytes);
    const blocks: Float32Array[] = [];
    for await (const block of decoding.blocks()) blocks.push(toMono(block).slice());
    const samples = new Float32Array(decoding.frames);
    let at = 0;
    for (const block of blocks) {
      samples.set(block, at);
      at += block.length;
    }
    return { samples, sampleRate: decoding.format.sampleRate };
  } catch (error) {
    if (error instanceof PermanentError)
      throw new UsageError(`${path} cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
}

async function readNamed(path: string): Promise<Buffer> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError(`there is no file ${path}`);
  if (!found.isFile()) throw new UsageError(`${path} is not a file`);
  return readFile(path);
}

function describe(result: PesqResult, mode: PesqMode): string {
  const { mosLqo, raw, delaySeconds, utterances, badIntervals, match } = result;
  const standard = mode === "wb" ? "wideband, P.862.2" : "narrowband, P.862.1";
  return `MOS-LQO ${mosLqo.toFixed(3)} (${standard}), raw ${raw.toFixed(3)}
delay ${(delaySeconds * 1000).toFixed(1)} ms, utterances ${utterances.length}, realigned intervals ${badIntervals.length}
match ${match.correlation.toFixed(2)}: ${match.isPair ? "the two are a pair" : "not proved to be a pair; the score may mean nothing"}
`;
}
