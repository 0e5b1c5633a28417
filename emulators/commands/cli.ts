import { access, constants, stat } from "node:fs/promises";
import { parseArgs, type ParseArgsConfig } from "node:util";

/** The command was called wrongly: one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Names of errors that are a person's to mend: one line, exit code 2, no stack. */
const usageErrors = new Set([
  "UsageError",
  "PortTakenError",
  "ConfigError",
  "GoogleEmulatorError",
  "FolderError",
  "SoundsFolderError",
]);

/** Runs a command: what goes wrong becomes one clear line on stderr and an exit code. */
export async function run(command: (args: string[]) => Promise<void>): Promise<void> {
  await Promise.resolve(); // the rest of the command's file is evaluated first
  try {
    await command(process.argv.slice(2));
  } catch (error) {
    const usage = error instanceof Error && usageErrors.has(error.name);
    process.exitCode = usage ? 2 : 1;
    const text =
      error instanceof Error ? (usage ? error.message : (error.stack ?? error.message)) : error;
    process.stderr.write(`earmark: ${String(text)}\n`);
  }
}

/** `parseArgs`, with its errors as one line that names the option. */
export function parseOptions<T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message.split(/[.\n]/, 1)[0] ?? error.message, { cause: error });
  }
}

/** Refuses a path that is no file that can be read. */
export async function mustBeFile(path: string): Promise<void> {
  const cannot = `${path} cannot be read: is it there, and yours to read?`;
  const stats = await stat(path).catch((cause: unknown) => {
    throw new UsageError(cannot, { cause });
  });
  if (!stats.isFile()) throw new UsageError(`${path} is not a file`);
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new UsageError(cannot, { cause });
  });
}

/** A whole number from 1, from an option's text. */
export function parseCount(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} takes a whole number from 1, not "${text}"`);
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      resolve();
      for (const signal of ["SIGINT", "SIGTERM"] as const)
        process.once(signal, () => process.exit(130));
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  });
}
