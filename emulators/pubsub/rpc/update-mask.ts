import { invalidArgument } from "./status.ts";

/** Which fields of a resource an update may name, in snake_case; nested paths begin with one of them. */
export interface Mutability {
  readonly resource: "Topic" | "Subscription" | "Snapshot";
  readonly mutable: readonly string[];
  readonly immutable: readonly string[];
}

/** A copy of `current` with the fields of the mask taken from `update`. Throws INVALID_ARGUMENT on a bad path. */
export function applyUpdate<T extends object>(
  current: T,
  update: T | null,
  updateMask: { readonly paths: readonly string[] } | null,
  { resource, mutable, immutable }: Mutability,
): T {
  const request = `Update${resource}Request`;
  if (!updateMask || updateMask.paths.length === 0) {
    throw invalidArgument(
      `The update_mask in the ${request} must be set, and must contain a non-empty paths list.`,
    );
  }
  if (!update) throw invalidArgument(`The ${request} must contain a ${resource}.`);
  const result = structuredClone(current) as Record<string, unknown>;
  for (const path of updateMask.paths) {
    const field = path.split(".")[0] ?? "";
    if (immutable.includes(field)) {
      throw invalidArgument(
        `Invalid update_mask provided in the ${request}: the ${field} field in the ${resource} is not mutable.`,
      );
    }
    if (!mutable.includes(field)) {
      throw invalidArgument(
        `Invalid update_mask provided in the ${request}: ${path} is not a known ${resource} field. ` +
          "Note that field paths must be of the form 'push_config' rather than 'pushConfig'.",
      );
    }
    copyPath(result, update as Record<string, unknown>, path.split(".").map(toCamelCase));
  }
  return result as T;
}

function copyPath(
  to: Record<string, unknown>,
  from: Record<string, unknown>,
  path: readonly string[],
): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    to[key] = from[key] ?? null;
    return;
  }
  const nested = { ...(to[key] as Record<string, unknown> | null) };
  copyPath(nested, (from[key] ?? {}) as Record<string, unknown>, rest);
  to[key] = nested;
}

const toCamelCase = (name: string) =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
