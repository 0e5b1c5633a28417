import { stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { UsageError } from "../cli.ts";

/**
 * The picture's path for each file: `out` itself for one file, or in the folder `out` a PNG under the file's whole name
 * for any number.
 * @throws UsageError when that cannot be.
 */
export async function plotTargets(out: string, files: readonly string[]): Promise<string[]> {
  if (await isFolder(out)) {
    const targets = files.map((file) => join(out, `${basename(file)}.png`));
    const twice = targets.find((target, i) => targets.indexOf(target) !== i);
    if (twice === undefined) return targets;
    throw new UsageError(
      `two files would be drawn into ${twice}: measure them one after the other`,
    );
  }
  if (!/^\.(png|svg)$/i.test(extname(out)))
    throw new UsageError(
      `--plot takes a name that ends in .png or .svg, or a folder that is there, not "${out}"`,
    );
  if (files.length > 1)
    throw new UsageError(
      `--plot takes a folder for ${files.length} files: ${out} would hold the last one only`,
    );
  if (!(await isFolder(dirname(out))))
    throw new UsageError(`--plot ${out}: the folder ${dirname(out)} is not there`);
  return [out];
}

const isFolder = (path: string) =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
