import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { allUdfs } from "../functions/index.ts";
import { DuckEngine, type Engine } from "./duck-engine.ts";
import { resultsDatabase } from "./kept-rows.ts";
import { quote } from "./literal.ts";
import { registerUdfs } from "./udf.ts";
import { workFolder } from "./work-folder.ts";

export type { Engine } from "./duck-engine.ts";

export interface EngineOptions {
  /** A DuckDB file that keeps everything; without it everything is in memory, compressed. */
  readonly path?: string | undefined;
}

const settings = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_unsigned_extensions: "false",
  threads: "2",
  // What does not fit goes to a folder of this process: a large query is slow rather than refused.
  memory_limit: "400MB",
} as const;

export async function openEngine({ path }: EngineOptions = {}): Promise<Engine> {
  const release = path === undefined ? () => undefined : claim(path);
  const folder = workFolder();
  const instance = await DuckDBInstance.create(":memory:", {
    ...settings,
    temp_directory: folder,
  });
  const writer = await instance.connect();
  try {
    registerUdfs(writer, allUdfs());
    await writer.run(
      `ATTACH ${quote(path ?? ":memory:")} AS store${path === undefined ? " (COMPRESS)" : ""}`,
    );
    await writer.run("USE store");
    await writer.run(`ATTACH ':memory:' AS ${resultsDatabase} (COMPRESS)`);
    await writer.run("SET TimeZone = 'UTC'");
    await writer.run("SET enable_external_access = false");
    await writer.run("SET lock_configuration = true");
  } catch (error) {
    writer.closeSync();
    instance.closeSync();
    release();
    throw path === undefined ? error : openError(path, error);
  }
  return new DuckEngine(instance, writer, () => {
    rmSync(folder, { recursive: true, force: true });
    release();
  });
}

const claimed = new Set<string>();

/** DuckDB's lock on a file keeps other processes out, not this one. */
function claim(path: string): () => void {
  const file = resolve(path);
  if (claimed.has(file)) throw inUse(path);
  claimed.add(file);
  return () => claimed.delete(file);
}

const inUse = (path: string, cause?: unknown) =>
  new Error(`${path} is in use by another process: end that one, or name another file`, { cause });

function openError(path: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : "";
  return message.includes("Could not set lock")
    ? inUse(path, error)
    : new Error(`${path} cannot be opened as a file of the local BigQuery: ${message}`, {
        cause: error,
      });
}
