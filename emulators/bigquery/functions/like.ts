import { BOOL, BYTES, STRING } from "../analyze/types.ts";
import { internalUdf } from "./define.ts";

const patterns = new Map<string, RegExp>();

/** LIKE as a regular expression: `%` any run, `_` one character, a backslash takes the next one literally. */
function likePattern(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  let source = "";
  const chars = Array.from(pattern);
  for (let i = 0; i < chars.length; i += 1) {
    let char = chars[i];
    if (char === "%") source += "[^]*";
    else if (char === "_") source += "[^]";
    else {
      if (char === "\\") {
        i += 1;
        const next = chars[i];
        if (next === undefined) throw new Error("LIKE pattern ends with a backslash");
        char = next;
      }
      source += char.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
    }
  }
  const compiled = new RegExp(`^${source}$`, "u");
  if (patterns.size > 500) patterns.clear();
  patterns.set(pattern, compiled);
  return compiled;
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

internalUdf(
  "like",
  [STRING, STRING],
  BOOL,
  (text: string, pattern: string) => likePattern(pattern).test(text),
  {},
  "gsql_like_string",
);
internalUdf(
  "like",
  [BYTES, BYTES],
  BOOL,
  (text: Uint8Array, pattern: Uint8Array) => likePattern(latin1(pattern)).test(latin1(text)),
  {},
  "gsql_like_bytes",
);
