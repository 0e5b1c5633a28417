import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { root } from "#emulators/commands/build/bundle.ts";

const framework = join(root, "node_modules/@google-cloud/functions-framework/build/src/main.js");

/** A folder inside the repository, where the built functions find the installed framework. `remove()` ends it. */
export async function makeBuildFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const parent = join(root, "node_modules/.cache/earmark");
  await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, "build-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Lets a built function fill its compile cache, as the platform does while it builds the image. */
export async function warmUp(folder: string, name: string): Promise<string> {
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  // Where coverage is measured, Node keeps no compile cache: the function's process is not measured.
  const { NODE_V8_COVERAGE: _, NODE_DISABLE_COMPILE_CACHE: __, ...env } = process.env;
  await promisify(execFile)(process.execPath, ["warm-up.cjs", name], { cwd: folder, env });
  return join(folder, ".compile-cache");
}

export interface RunningFunction {
  readonly url: string;
  readonly pid: number;
  /** What it printed so far. */
  output(): string;
  close(): Promise<void>;
}

/** Starts a built function as the platform does: the framework's own command, in the function's folder. */
export async function runBuilt(
  folder: string,
  target: string,
  environment: Readonly<Record<string, string>>,
): Promise<RunningFunction> {
  const port = await freePort();
  const child = spawn(process.execPath, [framework, `--target=${target}`, `--port=${port}`], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", METADATA_SERVER_DETECTION: "none", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const url = `http://127.0.0.1:${port}/`;
  while (!(await listens(port))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`function ${target} ended with ${child.exitCode}:\n${printed}`);
    await sleep(10);
  }
  return { url, pid: child.pid ?? 0, output: () => printed, close: () => end(child) };
}

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no TCP port");
  return address.port;
}
