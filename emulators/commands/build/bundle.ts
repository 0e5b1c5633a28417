import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { slim } from "./slim.ts";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A file of a bundle, and what went into it. */
export interface BundledFile {
  /** Relative to the function's folder, `index.cjs` or `index.cjs.map`. */
  readonly name: string;
  readonly contents: Uint8Array;
}

export interface Bundle {
  readonly files: readonly BundledFile[];
  /** Paths of what went in, relative to the repository: `shared/…`, `node_modules/…`. */
  readonly inputs: readonly string[];
}

/** Shared with the platform's process, where functions register themselves: a second copy would be deaf. */
export const external = "@google-cloud/functions-framework";

/** Google's clients, most of a bundle: in a file of their own, which is read when they are first asked for. */
const clients = /^@google-cloud\/(bigquery|firestore|pubsub|storage)$/;
const clientsFile = "./clients.cjs";

/**
 * Bundles one function: `index.cjs`, `clients.cjs` with Google's clients, and each worker that its modules start
 * by name.
 *
 * The function is CommonJS, for two reasons measured at the cold start: an ES module that imports `node:http`
 * makes Node evaluate all of undici, and the framework reads `package.json` files to tell what a `.js` is.
 * Nothing depends on where the output is written, so that two builds are byte-identical.
 */
export async function bundleFunction(name: string): Promise<Bundle> {
  const used = new Set<string>();
  const main = await run({
    entryPoints: { index: `functions/${name}/index.ts` },
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    external: [external, clientsFile],
    plugins: [clientsApart(used)],
    define: { "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl=require("node:url").pathToFileURL(__filename).href;' },
  });
  const workers = await workersOf(Object.keys(main.metafile.inputs));
  const [apart, ...beside] = await Promise.all([bundleClients(used), ...workers.map(bundleWorker)]);
  const runs = [main, apart, ...beside];
  const inputs = runs.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  return {
    files: runs.flatMap(({ files }) => files),
    inputs: [
      ...new Set(inputs.filter((path) => !/^(client:|clients\.cjs$)/.test(path))),
    ].toSorted(),
  };
}

/** Functions share their clients and workers: each is bundled once in a process. */
const shared = new Map<string, ReturnType<typeof run>>();

function share(options: RunOptions): ReturnType<typeof run> {
  const key = JSON.stringify(options);
  const bundled = shared.get(key) ?? run(options);
  shared.set(key, bundled);
  return bundled;
}

const bundleClients = (used: ReadonlySet<string>) =>
  share({
    stdin: { contents: clientsModule(used), resolveDir: root, sourcefile: "clients.cjs" },
    outfile: "dist/function/clients.cjs",
    format: "cjs",
    plugins: [slim],
  });

const bundleWorker = (worker: string) =>
  share({
    entryPoints: { [/([^/]+)\.ts$/.exec(worker)?.[1] ?? worker]: worker },
    format: "esm",
    banner: {
      js: 'import{createRequire as bundleRequire}from"node:module";const require=bundleRequire(import.meta.url);',
    },
  });

/** Turns an import of a client into a look into the clients' file, and notes which are used. */
const clientsApart = (used: Set<string>): Plugin => ({
  name: "clients-apart",
  setup(build) {
    build.onResolve({ filter: clients }, ({ path }) => {
      used.add(path);
      return { path, namespace: "client" };
    });
    build.onLoad({ filter: /./, namespace: "client" }, ({ path }) => ({
      contents: `module.exports = require("${clientsFile}")["${path}"];`,
    }));
  },
});

/** A module with each client under its name, evaluated when it is first looked at. */
const clientsModule = (used: ReadonlySet<string>) =>
  [...used]
    .toSorted()
    .map(
      (path) => `Object.defineProperty(exports, "${path}", { get: () => require("${path}") });\n`,
    )
    .join("");

/** Bundles the script that fills the compile cache while the platform builds the image. */
export async function bundleWarmUp(variables: readonly string[]): Promise<BundledFile[]> {
  const { files } = await run({
    entryPoints: { "warm-up": "emulators/commands/build/warm-up.ts" },
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    sourcemap: false,
    define: { requiredVariables: JSON.stringify(variables) },
  });
  return files;
}

type RunOptions = Omit<BuildOptions, "write" | "metafile">;

async function run(options: RunOptions): Promise<{ files: BundledFile[]; metafile: Metafile }> {
  const folder = join(root, "dist/function/");
  const { outputFiles, metafile } = await bundle({
    absWorkingDir: root,
    ...(options.outfile === undefined ? { outdir: folder } : {}),
    bundle: true,
    platform: "node",
    target: "node24",
    minify: true,
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "none", // NOTICE holds the licences whole
    external: [external],
    logLevel: "warning",
    ...options,
    write: false,
    metafile: true,
  });
  const files = outputFiles.map(({ path, contents }) => ({
    name: path.slice(folder.length),
    contents,
  }));
  return { files, metafile };
}

/** Modules that name a sibling `./x-worker` start it as a thread: it is an entry of its own, beside the bundle. */
async function workersOf(inputs: readonly string[]): Promise<string[]> {
  const own = inputs.filter((path) => /^(functions|shared)\//.test(path));
  const named = await Promise.all(
    own.map(async (path) => {
      const text = await readFile(join(root, path), "utf8");
      const folder = dirname(path);
      const siblings = await readdir(join(root, folder));
      return [...text.matchAll(/\.\/([a-z][a-z-]*-worker)\b/g)]
        .map(([, worker]) => `${worker}.ts`)
        .filter((worker) => siblings.includes(worker))
        .map((worker) => `${folder}/${worker}`);
    }),
  );
  return [...new Set(named.flat())].toSorted();
}
