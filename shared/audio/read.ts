import { Worker } from "node:worker_threads";
import { PermanentError } from "#shared/errors.ts";
import type { AudioReading, ReadOptions } from "./reading.ts";
import type { ReadingAnswer, ReadingTask } from "./read-worker.ts";
import { rejection } from "./rejection.ts";

export { defaultAudioLimits, type AudioLimits } from "./limits.ts";
export type { AudioReading, ReadOptions } from "./reading.ts";

/** Beside this file, under its own name: `read-worker.ts` in the source, `read-worker.js` in a bundle. */
const workerUrl = new URL(
  `./read-worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`,
  import.meta.url,
);

/**
 * Reads an audio file in a worker thread that is killed when it takes too long or too much memory, so that no file
 * can hang or fell the process. `bytes` is copied once and stays the caller's.
 *
 * What the file is to blame for is a `PermanentError` with an `AudioRejection`. That includes the worker's script
 * heap and its time running out: both follow from the file, and trying again would cost the same once more. Anything
 * else (memory that the machine refuses, a worker that dies unexplained) is a plain error: worth another try.
 */
export async function readAudio(bytes: Uint8Array, options: ReadOptions): Promise<AudioReading> {
  const { limits } = options;
  if (bytes.length > limits.maxBytes) {
    throw rejection(
      "too-large",
      `The file has ${bytes.length} bytes; the limit is ${limits.maxBytes}.`,
    );
  }
  const copy = new Uint8Array(bytes);
  const worker = new Worker(workerUrl, {
    workerData: { bytes: copy, options } satisfies ReadingTask,
    transferList: [copy.buffer],
    resourceLimits: { maxOldGenerationSizeMb: limits.maxMemoryMb },
    env: {},
    execArgv: [],
    // Decoders print their complaints; what matters of them comes back as the answer.
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  try {
    return await answerOf(worker, limits.decodeTimeoutMs);
  } finally {
    await worker.terminate();
  }
}

function answerOf(worker: Worker, timeoutMs: number): Promise<AudioReading> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(rejection("decode-timeout", `The file was not read within ${timeoutMs / 1000} s.`));
    }, timeoutMs);
    worker.once("message", (answer: ReadingAnswer) => {
      if ("reading" in answer) resolve(answer.reading);
      else reject(new PermanentError(answer.reason, answer.message));
    });
    worker.once("error", (error) => {
      const isHeap = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
      reject(
        isHeap
          ? rejection("decode-memory", "Reading the file took more memory than is allowed.", {
              cause: error,
            })
          : error,
      );
    });
    worker.once("exit", (code) =>
      reject(new Error(`The worker that reads audio ended with code ${code} and no answer.`)),
    );
    worker.once("exit", () => clearTimeout(timer));
  });
}
