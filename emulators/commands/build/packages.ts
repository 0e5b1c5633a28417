import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./bundle.ts";

/** A package of which a bundle holds code. */
export interface BundledPackage {
  /** `node_modules/…` */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** SPDX id. */
  readonly license: string;
  readonly author: string | null;
  /** Licence and notice files, whole, in order of file name. */
  readonly texts: readonly string[];
  /** Whether what is bundled of it carries WebAssembly: code of somebody else, compiled. */
  readonly hasWasm: boolean;
}

/** Licences that may be shipped inside a bundle under Apache-2.0. */
const allowedLicenses = new Set([
  "Apache-2.0",
  "MIT",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "0BSD",
]);

/** A bundle would hold what it may not. */
export class LicenseError extends Error {
  override readonly name = "LicenseError";
}

/** The packages among a bundle's inputs, in order of name. Throws `LicenseError` for a licence that is not allowed. */
export async function packagesOf(inputs: readonly string[]): Promise<BundledPackage[]> {
  const files = new Map<string, string[]>();
  for (const path of inputs) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
    if (folder !== undefined) files.set(folder, [...(files.get(folder) ?? []), path]);
  }
  const packages = await Promise.all(
    [...files].map(([folder, paths]) => readPackage(folder, paths)),
  );
  const refused = packages.filter(({ license }) => !allowedLicenses.has(license));
  if (refused.length > 0)
    throw new LicenseError(
      `a bundle may not hold ${refused.map(({ name, license }) => `${name} (${license})`).join(", ")}: ` +
        `allowed are ${[...allowedLicenses].join(", ")}`,
    );
  return packages.toSorted((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

async function readPackage(folder: string, paths: readonly string[]): Promise<BundledPackage> {
  const { name, version, license, author } = JSON.parse(await read(`${folder}/package.json`)) as {
    name: string;
    version: string;
    license?: string;
    author?: string | { name?: string };
  };
  const names = (await readdir(join(root, folder))).filter((file) =>
    /^(licen[cs]e|copying|notice)/i.test(file),
  );
  const texts = await Promise.all(names.toSorted().map((file) => read(`${folder}/${file}`)));
  const sources = await Promise.all(paths.map(read));
  return {
    folder,
    name,
    version,
    license: license ?? "none",
    author: (typeof author === "string" ? author : author?.name) ?? null,
    texts: texts.map((text) => text.replaceAll("\r\n", "\n").trim()),
    hasWasm: sources.some((text) => /WebAssembly\.(instantiate|compile|Module)/.test(text)),
  };
}

const read = (file: string) => readFile(join(root, file), "utf8");
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
