import type { Plain } from "../engine/literal.ts";
import { parseTemporal } from "./temporal-text.ts";

/** `[2020-01-01, UNBOUNDED)` as its two ends, NULL for an open one; undefined when it is no range. */
export function parseRange(text: string, element: string): Plain | undefined {
  const [, from = "", to = ""] = /^\s*\[([^,]*),\s*([^)]*)\)\s*$/.exec(text) ?? [];
  if (from === "" || to === "") return undefined;
  const ends = [from, to].map((end) => {
    const word = end.trim();
    return /^(?:NULL|UNBOUNDED)$/i.test(word) ? null : parseTemporal(word, element);
  });
  const [start, end] = ends;
  if (start === undefined || end === undefined) return undefined;
  return start !== null && end !== null && start >= end ? undefined : [start, end];
}
