import { Worker } from "node:worker_threads";

/** Beside this file, under its own name: `read-worker.ts` in the source, `read-worker.js` in a bundle. */
const workerUrl = new URL(
  `./read-worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`,
  import.meta.url,
);

/** Starting a worker costs more than reading a short file: one that is at rest waits this long for the next. */
const restMs = 5_000;
/** Readings after which a worker is replaced, since memory of WebAssembly never shrinks. */
const mostReadings = 50;

interface Resting {
  readonly worker: Worker;
  readonly timer: NodeJS.Timeout;
}

const memory = new WeakMap<Worker, number>();
const readings = new WeakMap<Worker, number>();
const resting = new Map<Worker, Resting>();
const mostResting = 2;

/** A worker whose script heap is limited to `maxMemoryMb`: one at rest, or a new one. */
export function takeWorker(maxMemoryMb: number): Worker {
  for (const { worker, timer } of resting.values()) {
    if (memory.get(worker) !== maxMemoryMb) continue;
    resting.delete(worker);
    clearTimeout(timer);
    worker.ref();
    return worker;
  }
  const worker = new Worker(workerUrl, {
    // A small nursery: what holds decoded blocks is tiny, the blocks themselves wait outside of the heap until it is swept.
    resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: maxMemoryMb },
    env: {},
    execArgv: [],
    // Decoders print their complaints; what matters of them comes back as the answer.
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  memory.set(worker, maxMemoryMb);
  return worker;
}

/** Gives a worker back: to rest, or to end when it is not fit for another file. A resting one holds no process open. */
export async function returnWorker(worker: Worker, reusable: boolean): Promise<void> {
  const count = (readings.get(worker) ?? 0) + 1;
  readings.set(worker, count);
  if (!reusable || count >= mostReadings || resting.size >= mostResting) {
    await worker.terminate();
    return;
  }
  worker.unref();
  const timer = setTimeout(() => {
    resting.delete(worker);
    void worker.terminate();
  }, restMs).unref();
  worker.once("exit", () => resting.delete(worker));
  resting.set(worker, { worker, timer });
}
