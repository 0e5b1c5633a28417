import { createHash } from "node:crypto";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BundledFile, bundleFunction, bundleWarmUp, root } from "./bundle.ts";
import { type FunctionName, requiredVariablesOf } from "./environment.ts";
import { manifestOf } from "./manifest.ts";
import { toNotice } from "./notice.ts";
import { packagesOf } from "./packages.ts";

export interface BuiltFunction {
  readonly name: FunctionName;
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Paths of everything that is inside, relative to the repository. */
  readonly inputs: readonly string[];
  /** Names of the packages that are inside. */
  readonly packages: readonly string[];
  /** SHA-256 over every file's name and contents, hexadecimal. */
  readonly digest: string;
}

/** Bundles a function into `OUT/NAME`, in the place of what is there; with `dnsmos`, classify gets the ONNX runtime. */
export async function buildFunction(
  name: FunctionName,
  out: string,
  { dnsmos = false }: { readonly dnsmos?: boolean } = {},
): Promise<BuiltFunction> {
  const [bundle, warmUp, manifest] = await Promise.all([
    bundleFunction(name),
    bundleWarmUp(requiredVariablesOf(name)),
    manifestOf(name, dnsmos && name === "classify"),
  ]);
  const packages = await packagesOf(bundle.inputs);
  const texts = { ...manifest, NOTICE: toNotice(name, packages) };
  const files: BundledFile[] = [
    ...bundle.files,
    ...warmUp,
    ...Object.entries(texts).map(([file, text]) => ({ name: file, contents: Buffer.from(text) })),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1));

  const folder = join(out, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const hash = createHash("sha256");
  for (const file of files) {
    await writeFile(join(folder, file.name), file.contents);
    hash.update(`${file.name}\0${file.contents.length}\0`).update(file.contents);
  }
  await cp(join(root, "LICENSE"), join(folder, "LICENSE"));
  return {
    name,
    folder,
    files: files.map((file) => ({ name: file.name, bytes: file.contents.length })),
    inputs: bundle.inputs,
    packages: packages.map((one) => one.name),
    digest: hash.digest("hex"),
  };
}
