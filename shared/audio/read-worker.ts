import { parentPort } from "node:worker_threads";
import { PermanentError } from "#shared/errors.ts";
import { takeReading, type AudioReading, type ReadOptions } from "./reading.ts";

/** One file to read. */
export interface ReadingTask {
  readonly bytes: Uint8Array;
  readonly options: ReadOptions;
}

/** What it answers. Errors other than permanent ones are left to fall through to the worker's `error` event. */
export type ReadingAnswer =
  | { readonly reading: AudioReading }
  | { readonly reason: string; readonly message: string };

parentPort?.on("message", (task: ReadingTask) => void read(task));

async function read({ bytes, options }: ReadingTask): Promise<void> {
  try {
    const reading = await takeReading(bytes, options);
    answer({ reading }, reading.samples ? [reading.samples.buffer] : []);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const { reason, message } = error;
    answer({ reason, message }, []);
  }
}

function answer(value: ReadingAnswer, transfer: ArrayBuffer[]) {
  parentPort?.postMessage(value, transfer);
}
