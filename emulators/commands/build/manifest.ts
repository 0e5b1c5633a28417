import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { external, root } from "./bundle.ts";

/** An entry of `packages` in a package-lock.json of version 3. */
interface LockedPackage {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface About {
  readonly version: string;
  readonly license: string;
}

/** What a bundle takes from the registry beside the framework, where it is wanted. */
export const onnxRuntime = "onnxruntime-node";
const onnxRuntimeVersion = "1.30.0";

/**
 * The package.json and lockfile of a deployed function: the framework alone, in the version that this repository's
 * lockfile pins, with exactly what it needs. With `dnsmos`, also the ONNX runtime, which this repository does not
 * install: what it needs is then for the platform's build to choose, so that there is no lockfile.
 */
export async function manifestOf(name: string, dnsmos = false): Promise<Record<string, string>> {
  const { version, license } = (await readJson("package.json")) as About;
  const lock = (await readJson("package-lock.json")) as { packages: Record<string, LockedPackage> };
  const framework = lock.packages[`node_modules/${external}`];
  if (framework === undefined) throw new Error(`package-lock.json does not hold ${external}`);
  const about = {
    name: `earmark-${name}`,
    version,
    license,
    dependencies: {
      [external]: framework.version,
      ...(dnsmos ? { [onnxRuntime]: onnxRuntimeVersion } : {}),
    },
  };
  const manifest = {
    ...about,
    private: true,
    type: "module",
    main: "index.cjs",
    scripts: { "gcp-build": `node warm-up.cjs ${name}` },
    engines: { node: "24.x" },
  };
  if (dnsmos)
    return {
      "package.json": toText(manifest),
      ".npmrc": "ignore-scripts=true\n", // its script fetches hundreds of megabytes for GPUs
    };
  const locked = {
    name: about.name,
    version,
    lockfileVersion: 3,
    requires: true,
    packages: { "": { ...about, engines: manifest.engines }, ...closure(lock.packages) },
  };
  return { "package.json": toText(manifest), "package-lock.json": toText(locked) };
}

const readJson = async (file: string) => JSON.parse(await readFile(join(root, file), "utf8"));
const toText = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

/** What the framework needs, found as Node finds it: in the nearest `node_modules` on the way up. */
function closure(packages: Readonly<Record<string, LockedPackage>>): Record<string, LockedPackage> {
  const found = new Set<string>();
  const visit = (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {} } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const at = resolve(packages, path, name);
      if (at !== undefined) visit(at);
      else if (dependencies[name] !== undefined)
        throw new Error(`package-lock.json does not hold ${name}, which ${path} needs`);
    }
  };
  visit(`node_modules/${external}`);
  return Object.fromEntries(
    [...found].toSorted().flatMap((path) => {
      const locked = packages[path];
      return locked === undefined ? [] : [[path, locked] as const];
    }),
  );
}

function resolve(packages: Readonly<Record<string, unknown>>, from: string, name: string) {
  for (
    let folder = from;
    ;
    folder = folder.slice(0, folder.lastIndexOf("node_modules")).replace(/\/$/, "")
  ) {
    const path = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (path in packages) return path;
    if (folder === "") return undefined;
  }
}
