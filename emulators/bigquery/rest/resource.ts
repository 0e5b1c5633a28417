/** A tag that changes with the resource. */
export const etagOf = (version: number, id: string): string =>
  Buffer.from(`${id}/${version}`).toString("base64");

/** PATCH: members that are given replace, those given as null go away. */
export function mergePatch(
  base: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (isObject(value) && isObject(merged[name]))
      merged[name] = mergePatch(merged[name], value);
    else merged[name] = value;
  }
  return merged;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
