import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** Where the running local Earmark says how to reach it, for `npm run sql`, `npm run drop`, … */
const folder = new URL("../../node_modules/.cache/earmark/", import.meta.url);
const file = new URL("local.json", folder);

export type Environment = Readonly<Record<string, string>>;

export function writeState(environment: Environment): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify({ pid: process.pid, environment }));
}

/** Forgets the state, unless another local Earmark has written its own since. */
export function clearState(): void {
  if (read()?.pid === process.pid) rmSync(file, { force: true });
}

/** The environment of the local Earmark that runs now, or null. */
export function readState(): Environment | null {
  const state = read();
  return state !== null && isAlive(state.pid) ? state.environment : null;
}

function read(): { pid: number; environment: Environment } | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { pid: number; environment: Environment };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError)
      return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
