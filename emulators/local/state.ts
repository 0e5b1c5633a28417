import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** Where each running local Earmark says how to reach it, for `npm run sql`, `npm run drop`, … */
const folder = join(tmpdir(), `earmark-${userInfo().username}`);
const fileOf = (pid: number) => join(folder, `${pid}.json`);

export type Environment = Readonly<Record<string, string>>;

export function writeState(environment: Environment): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(fileOf(process.pid), JSON.stringify(environment), { mode: 0o600 });
}

export function clearState(): void {
  rmSync(fileOf(process.pid), { force: true });
}

/** The environment of the local Earmark that was started last and still runs, or null. */
export function readState(): Environment | null {
  const running = pids()
    .filter(isAlive)
    .map((pid) => ({ pid, started: statSync(fileOf(pid)).mtimeMs }))
    .toSorted((a, b) => b.started - a.started);
  const [newest] = running;
  return newest === undefined
    ? null
    : (JSON.parse(readFileSync(fileOf(newest.pid), "utf8")) as Environment);
}

function pids(): number[] {
  try {
    return readdirSync(folder)
      .flatMap((file) => /^(\d+)\.json$/.exec(file)?.[1] ?? [])
      .map(Number);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
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
