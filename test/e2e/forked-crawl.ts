import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Harness } from "../integration/crawl-harness.ts";

/** What `crawl-process.ts` says when it ends. */
export interface ForkedResult {
  readonly outcome: {
    readonly status: string;
    readonly found: number;
    readonly stored: number;
    readonly api_calls: number;
    readonly bytes: number;
  };
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Memory before the crawl and at its peak. */
  readonly startMiB: number;
  readonly peakMiB: number;
}

/** The most that a crawl's memory may grow, whatever it finds. */
export const growthLimitMiB = 200;

/** What Node takes by itself in an instance of 512 MiB or less; most of what a crawl takes is garbage. */
const smallHeap = "--max-old-space-size=192";

/** The environment of a crawl in a process of its own, on a harness's servers. */
export const forkEnvironment = ({ environment, storage, firestoreUrl }: Harness) => ({
  ...environment,
  STORAGE_EMULATOR_HOST: storage.url,
  FIRESTORE_EMULATOR_HOST: firestoreUrl,
  METADATA_SERVER_DETECTION: "none",
});

/** A script in a process of its own; it tells its parent what it has to say. */
export const forkScript = (
  url: URL,
  environment: Readonly<Record<string, string>>,
  { args = [], execArgv = [] }: { args?: readonly string[]; execArgv?: readonly string[] } = {},
): ChildProcess =>
  fork(url, args, {
    env: { PATH: process.env["PATH"], ...environment },
    execArgv: ["--disable-warning=MaxListenersExceededWarning", ...execArgv],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });

export const crawlScript: URL = new URL("crawl-process.ts", import.meta.url);

/** Runs a script with little memory to its end and answers what it measured. */
export async function measureScript(
  url: URL,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ForkedResult> {
  const child = forkScript(url, environment, { args, execArgv: [smallHeap] });
  let result: ForkedResult | undefined;
  child.on("message", (message: Partial<ForkedResult>) => {
    if (message.outcome !== undefined) result = message as ForkedResult;
  });
  await once(child, "exit");
  if (result === undefined) throw new Error(`${url.pathname} ended without a result`);
  return result;
}
