/** `npm run pesq`: scores a pair, or every pair of a manifest. */
import { dirname, resolve } from "node:path";
import { z } from "zod";
import {
  PesqError,
  type PesqMode,
  type PesqRate,
  type PesqResult,
  pesq,
} from "#shared/pesq/index.ts";
import { parseOptions, run, UsageError } from "./cli.ts";
import { callersFolder, type Pair, readNamed, readPair } from "./pesq/sound.ts";

const help = `npm run pesq -- REFERENCE DEGRADED [options]
npm run pesq -- --manifest FILE [options]

PESQ (ITU-T P.862) of a degraded recording against its reference. Both at 8000 or at 16000 Hz: nothing is resampled.
A file has one channel; one that is cut short is refused.

  --mode wb|nb     wideband (16000 Hz) or narrowband; the default is wb at 16000 Hz and nb at 8000 Hz,
                   and both with a manifest
  --manifest FILE  a JSON array of {id, reference, degraded}; relative paths start beside the manifest
  --json           one JSON object, or one a line: {id, mode, mosLqo, raw} or {id, mode, error}
  --help

Exit code: 0 when there is a score, 1 when no pair of a manifest has one, 2 for a wrong call or a pair without a score.
`;

const Entry = z.object({ id: z.string(), reference: z.string(), degraded: z.string() });

// A reader that has had enough (`| head`) closes the pipe: there is nobody left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

void run(async (args) => {
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
  const sounds = await readPair(callersFolder, reference, degraded);
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
  const folder = dirname(resolve(callersFolder, path));
  let scored = 0;
  for (const [k, entry] of (await readManifest(path)).entries()) {
    const id = idOf(entry) ?? `entry ${k + 1}`;
    const sounds = await soundsOf(folder, entry);
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

/** The entries of a manifest, each still to be looked at. */
async function readManifest(path: string): Promise<unknown[]> {
  const text = (await readNamed(path)).toString("utf8").replace(/^\uFEFF/, "");
  try {
    return z.array(z.unknown()).parse(JSON.parse(text));
  } catch (error) {
    throw new UsageError(
      `${path} is not a JSON array of {id, reference, degraded}: see npm run pesq -- --help`,
      { cause: error },
    );
  }
}

function idOf(entry: unknown): string | undefined {
  return Entry.pick({ id: true }).safeParse(entry).data?.id;
}

/** The sounds of an entry, or why it has none: a manifest goes on after it. */
async function soundsOf(folder: string, entry: unknown): Promise<Pair | string> {
  const { data, error } = Entry.safeParse(entry);
  if (error) {
    const [{ path, message }] = error.issues;
    const where = path.length > 0 ? `its ${path.join(".")}: ` : "";
    return `not an entry of {id, reference, degraded}: ${where}${message}`;
  }
  try {
    return await readPair(folder, data.reference, data.degraded);
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

function describe(result: PesqResult, mode: PesqMode): string {
  const { mosLqo, raw, delaySeconds, utterances, badIntervals, match } = result;
  const standard = mode === "wb" ? "wideband, P.862.2" : "narrowband, P.862.1";
  return `MOS-LQO ${mosLqo.toFixed(3)} (${standard}), raw ${raw.toFixed(3)}
delay ${(delaySeconds * 1000).toFixed(1)} ms, utterances ${utterances.length}, realigned intervals ${badIntervals.length}
match ${match.correlation.toFixed(2)}: ${match.isPair ? "the two are a pair" : "not proved to be a pair; the score may mean nothing"}
`;
}
