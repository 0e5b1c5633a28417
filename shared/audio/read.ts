import { isMarkedAsUntransferable, type Worker } from "node:worker_threads";
import { PermanentError } from "#shared/errors.ts";
import type { AudioReading, ReadOptions } from "./reading.ts";
import type { ReadingAnswer, ReadingTask } from "./read-worker.ts";
import { refuseTooLarge, rejection } from "./rejection.ts";
import { returnWorker, takeWorker } from "./worker-pool.ts";

export { defaultAudioLimits, type AudioLimits } from "./limits.ts";
export type { AudioReading, ReadOptions } from "./reading.ts";
export { refuseTooLarge } from "./rejection.ts";

/**
 * Reads an audio file in a worker thread that is killed when it takes too long or too much memory, so that no file
 * can hang or fell the process. `bytes` is copied once and stays the caller's, unless it says `handOver`: then it is moved,
 * which spares memory as large as the file, and the caller's array is empty from the call on.
 *
 * What the file is to blame for is a `PermanentError` with an `AudioRejection`. That includes the worker's script
 * heap and its time running out: both follow from the file, and trying again would cost the same once more. Anything
 * else (memory that the machine refuses, a worker that dies unexplained) is a plain error: worth another try.
 */
export async function readAudio(
  bytes: Uint8Array,
  { handOver = false, ...options }: ReadOptions & { readonly handOver?: boolean },
): Promise<AudioReading> {
  const { limits } = options;
  const { length } = bytes;
  refuseTooLarge(length, limits);
  const worker = takeWorker(limits.maxMemoryMb);
  let reusable = false;
  try {
    const own = handOver && isWhole(bytes) ? bytes : new Uint8Array(bytes);
    const answered = answerOf(worker, limits.decodeTimeoutMs);
    worker.postMessage({ bytes: own, options } satisfies ReadingTask, [own.buffer]);
    const reading = await answered;
    reusable = true;
    return reading;
  } finally {
    // After anything but a good reading, who knows in what state the decoders are.
    await returnWorker(worker, reusable && length < reusableBytes);
  }
}

/** All of a buffer that may be moved: small ones of Node share theirs. */
const isWhole = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer &&
  bytes.byteLength === bytes.buffer.byteLength &&
  !isMarkedAsUntransferable(bytes.buffer);

/** A larger file may leave its worker with more memory than is worth keeping. */
const reusableBytes = 16 * 2 ** 20;

function answerOf(worker: Worker, timeoutMs: number): Promise<AudioReading> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      settle(() =>
        reject(rejection("decode-timeout", `The file was not read within ${timeoutMs / 1000} s.`)),
      );
    }, timeoutMs);
    const onMessage = (answer: ReadingAnswer) =>
      settle(() => {
        if ("reading" in answer) resolve(answer.reading);
        else reject(new PermanentError(answer.reason, answer.message));
      });
    const onError = (error: unknown) => settle(() => reject(toRejection(error)));
    const onExit = (code: number) =>
      settle(() =>
        reject(new Error(`The worker that reads audio ended with code ${code} and no answer.`)),
      );
    worker.once("message", onMessage).once("error", onError).once("exit", onExit);
    function settle(how: () => void) {
      clearTimeout(timer);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      how();
    }
  });
}

function toRejection(error: unknown): unknown {
  const isHeap =
    error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  if (!isHeap) return error;
  const message = "Reading the file took more memory than is allowed.";
  return rejection("decode-memory", message, { cause: error });
}
