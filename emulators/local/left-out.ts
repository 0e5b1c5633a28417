import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";

const named = 5;

/** Says which files of a folder are not served, for their names have no audio extension; null when all are. */
export async function leftOut(
  folder: string,
  served: readonly { readonly path: string }[],
): Promise<string | null> {
  const root = resolve(folder);
  const paths = new Set(served.map(({ path }) => path));
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const others = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !paths.has(path) && path !== join(root, "sounds.json"))
    .map((path) => relative(root, path));
  if (others.length === 0) return null;
  const more = others.length > named ? ` and ${others.length - named} more` : "";
  return `left out, for they are hidden or their names have no audio extension: ${others.slice(0, named).join(", ")}${more}`;
}
