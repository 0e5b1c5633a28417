import { type IncomingHttpHeaders } from "node:http";
import { conditionNotMet, invalid, notModified } from "./errors.ts";

/** What a precondition looks at: the live version, or its absence. */
export interface Versioned {
  readonly generation?: string;
  readonly metageneration: number;
}

/** Whether the method changes something: a failed `…NotMatch` is 412 for writes and 304 for reads. */
export type Intent = "read" | "write";

/**
 * Checks `ifGenerationMatch`, `ifGenerationNotMatch`, `ifMetagenerationMatch` and
 * `ifMetagenerationNotMatch` of a request; with `prefix` "ifSource" those of a copy's source.
 * Generation 0 stands for "no live version". Throws 412, 304 or, for what is no number, 400.
 * https://cloud.google.com/storage/docs/request-preconditions
 */
export function checkPreconditions(
  query: URLSearchParams,
  live: Versioned | undefined,
  intent: Intent,
  prefix: "if" | "ifSource" = "if",
): void {
  const failedNotMatch = intent === "read" ? notModified : conditionNotMet;
  const generation = live?.generation ?? "0";
  const metageneration = live === undefined ? undefined : String(live.metageneration);
  const wanted = (key: string) => integerParameter(query, `${prefix}${key}`);

  const match = wanted("GenerationMatch");
  if (match !== undefined && match !== generation) throw conditionNotMet();
  const metaMatch = wanted("MetagenerationMatch");
  if (metaMatch !== undefined && metaMatch !== metageneration) throw conditionNotMet();
  const notMatch = wanted("GenerationNotMatch");
  if (notMatch !== undefined && notMatch === generation) throw failedNotMatch();
  const metaNotMatch = wanted("MetagenerationNotMatch");
  if (metaNotMatch !== undefined && metaNotMatch === metageneration) throw failedNotMatch();
}

/**
 * Checks `If-Match` and `If-None-Match` of a request for an object that exists. Throws 412, or 304
 * for a read that has the version already.
 */
export function checkEtags(headers: IncomingHttpHeaders, etag: string, intent: Intent): void {
  const isNamed = (list: string[]) => list.includes(etag) || list.includes("*");
  const match = etagsOf(headers["if-match"]);
  if (match.length > 0 && !isNamed(match)) throw conditionNotMet();
  if (isNamed(etagsOf(headers["if-none-match"])))
    throw intent === "read" ? notModified() : conditionNotMet();
}

const etagsOf = (header: string | undefined) =>
  header?.split(",").map((part) => part.trim().replaceAll('"', "")) ?? [];

/** A whole number in the query, without leading zeros; undefined when absent. */
export function integerParameter(query: URLSearchParams, key: string): string | undefined {
  const value = query.get(key);
  if (value === null) return undefined;
  if (!/^\d+$/.test(value))
    throw invalid(`Invalid value '${value}' for ${key}: it must be a whole number.`, key);
  return String(BigInt(value));
}
