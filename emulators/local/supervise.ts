import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** A function's process that is started again whenever it dies, on the same port: what Cloud Run does. */
export interface FunctionProcess {
  readonly url: string;
  /** Process id now; changes when it is started again. */
  readonly pid: number;
  readonly restarts: number;
  close(): Promise<void>;
}

/** A function did not start: what it printed. */
class FunctionStartError extends Error {
  override readonly name = "FunctionStartError";
}

const entry = new URL("./function-process.ts", import.meta.url);
const restartPauseMs = 100;
const graceMs = 2_000;

/** Starts the function `name`. `onLine` gets each line that it prints; `nodeOptions` are for its Node. */
export async function startFunction(
  name: string,
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
  nodeOptions: readonly string[] = [],
): Promise<FunctionProcess> {
  let closing = false;
  let restarts = 0;

  async function start(port: number): Promise<{ child: ChildProcess; port: number }> {
    const child = fork(entry, [name, String(port)], {
      detached: true, // its own process group: Ctrl-C is the parent's to hear
      env: { ...inherited(), ...environment },
      // Google's storage client adds a dozen listeners to one stream in every download, and Node warns each time.
      execArgv: ["--disable-warning=MaxListenersExceededWarning", ...nodeOptions],
      silent: true,
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        printed = (printed + text).slice(-10_000);
        for (const line of text.split("\n")) if (line !== "") onLine(line);
      });
    const ready = once(child, "message").then(([message]) => (message as { port: number }).port);
    const died = once(child, "exit").then(([code, signal]) => {
      throw new FunctionStartError(
        `function ${name} ended (${code ?? signal}):\n${printed.trim()}`,
      );
    });
    died.catch(() => {}); // heard below while it starts, and by watch() afterwards
    return { child, port: await Promise.race([ready, died]) };
  }

  let { child, port } = await start(0);
  const watch = (watched: ChildProcess) =>
    watched.once("exit", () => {
      if (!closing) void restart();
    });
  async function restart(): Promise<void> {
    for (;;) {
      await sleep(restartPauseMs);
      if (closing) return;
      try {
        ({ child } = await start(port));
        break;
      } catch (error) {
        onLine(error instanceof Error ? error.message : String(error));
      }
    }
    restarts++;
    watch(child);
    if (closing) child.kill("SIGTERM");
  }
  watch(child);

  return {
    url: `http://127.0.0.1:${port}/`,
    get pid() {
      return child.pid ?? 0;
    },
    get restarts() {
      return restarts;
    },
    async close() {
      closing = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The functions get their own settings only: nothing of the caller's cloud may leak into a local run. */
function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "TMPDIR", "TEMP", "SystemRoot", "NODE_OPTIONS"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
