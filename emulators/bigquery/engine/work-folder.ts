import { randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const name = /^earmark-bigquery-(\d+)-/;

/** A folder that DuckDB makes when memory is not enough. What dead processes have left of theirs goes now. */
export function workFolder(parent = tmpdir()): string {
  for (const entry of readdirSync(parent)) {
    const pid = name.exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(parent, entry), { recursive: true, force: true });
  }
  return join(parent, `earmark-bigquery-${process.pid}-${randomUUID().slice(0, 8)}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is alive; one that is not there says ESRCH.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
