/**
 * Runs in a function's folder while the platform builds its image (`gcp-build` in package.json): loads the framework
 * and the function as they will be loaded, and keeps V8's code for them in `.compile-cache`, where the variable
 * NODE_COMPILE_CACHE of the deployment finds it. A cache that does not fit (another Node, another processor) is
 * ignored by Node; a function that does not load fails the build, which is better than failing the first event.
 */
import { chmodSync, cpSync, readdirSync } from "node:fs";
import { enableCompileCache, flushCompileCache, getCompileCacheDir } from "node:module";
import { join } from "node:path";

/** Names that the build writes in; see bundle.ts. */
declare const requiredVariables: readonly string[];

/** Node keeps a cache apart for each user. Google's images are built by user 1000 and run by 33 (stacks/…/run.Dockerfile). */
const runUser = 33;

const folder = process.cwd();
for (const name of requiredVariables) process.env[name] ??= "warm-up";
process.env["NODE_ENV"] = "production";
enableCompileCache(join(folder, ".compile-cache"));
const target = process.argv[2] ?? "";
process.argv = [process.execPath, "functions-framework", `--target=${target}`, "--port=0"];

// The very files that will run, by their paths: the cache goes by them. The framework's own main serves on any port.
require(join(folder, "node_modules/@google-cloud/functions-framework/build/src/main.js"));
const { wiring } = require(join(folder, "index.cjs")) as { wiring?: () => Promise<unknown> };
Promise.resolve(wiring?.()).then(keep, fail);

function keep(): void {
  flushCompileCache();
  const cache = getCompileCacheDir();
  if (cache === undefined) return fail(new Error("Node has no compile cache here"));
  for (const file of readdirSync(cache)) chmodSync(join(cache, file), 0o644);
  const own = /-(\d+)$/.exec(cache)?.[1];
  if (own !== undefined && own !== String(runUser))
    cpSync(cache, cache.replace(/\d+$/, String(runUser)), { recursive: true });
  process.stdout.write(`compile cache: ${readdirSync(cache).length} files\n`);
  process.exit(0);
}

function fail(error: unknown): void {
  process.stderr.write(`the compile cache was not filled: ${String(error)}\n`);
  process.exit(1);
}
