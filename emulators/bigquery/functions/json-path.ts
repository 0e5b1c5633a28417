import { type Json, JsonNumber } from "./json-text.ts";

/** A step into JSON: a member by name or an element by its place. */
export type Step = string | number;

/** Reads a JSONPath such as `$.a[0]."b.c"` (or `['b.c']`, which the older functions take). Throws for anything else. */
export function parsePath(path: string, legacy = false): Step[] {
  if (!path.startsWith("$")) throw new Error(`JSONPath must start with '$'`);
  const steps: Step[] = [];
  let at = 1;
  while (at < path.length) {
    const rest = path.slice(at);
    const member = /^\.([^.[\]"\s]+)/.exec(rest);
    const quoted = /^\."((?:[^"\\]|\\.)*)"/.exec(rest);
    const element = /^\[\s*(\d+)\s*\]/.exec(rest);
    const bracket =
      /^\[\s*'((?:[^'\\]|\\.)*)'\s*\]/.exec(rest) ?? /^\[\s*"((?:[^"\\]|\\.)*)"\s*\]/.exec(rest);
    const match = quoted ?? member ?? element ?? (legacy ? bracket : null);
    if (match === null || match[1] === "*")
      throw new Error(`Invalid token in JSONPath at: ${rest}`);
    if (match === element) steps.push(Number(match[1]));
    else steps.push((match[1] ?? "").replaceAll(/\\(.)/g, "$1"));
    at += match[0].length;
  }
  return steps;
}

/** The value at a path; undefined when there is none. */
export function follow(value: Json, steps: readonly Step[]): Json | undefined {
  let at: Json | undefined = value;
  for (const step of steps) {
    if (typeof step === "number" && Array.isArray(at)) at = at[step];
    else if (at instanceof Map) at = at.get(String(step));
    else return undefined;
    if (at === undefined) return undefined;
  }
  return at;
}

/** A scalar's text, NULL for null, objects and arrays. */
export function scalarText(value: Json | undefined): string | null {
  if (value === undefined || value === null || Array.isArray(value) || value instanceof Map)
    return null;
  return value instanceof JsonNumber ? value.text : String(value);
}
