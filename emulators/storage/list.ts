import { type Handler, ok } from "./call.ts";
import { invalid, notImplemented } from "./errors.ts";
import { globToRegExp } from "./glob.ts";
import { type StoredObject, toResource } from "./object.ts";
import { integerParameter } from "./preconditions.ts";
import { compareNames } from "./store.ts";

const pageMaximum = 1000;

/** One row of a list: an object, or a prefix that stands for all objects below it. */
interface Entry {
  readonly name: string;
  readonly object?: StoredObject;
}

/**
 * `GET …/o`: https://cloud.google.com/storage/docs/json_api/v1/objects/list
 * A page holds up to `maxResults` objects and prefixes together, in the order of names.
 */
export const listObjects: Handler = (store, { path, query, origin }) => {
  const { bucket = "" } = path;
  if (query.get("softDeleted") === "true") throw notImplemented("soft deletion");
  const matching = store.list(bucket, query.get("prefix") ?? "").filter(selection(query));
  const entries = grouped(matching, query);
  const token = query.get("pageToken");
  const after = token === null || token === "" ? undefined : decodeToken(token);
  const rest =
    after === undefined ? entries : entries.filter(({ name }) => compareNames(name, after) > 0);
  const limit = pageLimit(query);
  const page = rest.slice(0, limit);
  const last = rest.length > limit ? page.at(-1) : undefined;
  const prefixes = page.filter(({ object }) => object === undefined).map(({ name }) => name);
  const items = page.flatMap(({ object }) =>
    object === undefined ? [] : [toResource(object, origin)],
  );
  return ok({
    kind: "storage#objects",
    ...(last === undefined ? {} : { nextPageToken: encodeToken(last.name) }),
    ...(prefixes.length > 0 ? { prefixes } : {}),
    ...(items.length > 0 ? { items } : {}),
  });
};

/** How many entries a page holds: `maxResults`, at most 1000. Throws 400 below 1. */
export function pageLimit(query: URLSearchParams): number {
  const wanted = Number(integerParameter(query, "maxResults") ?? pageMaximum);
  if (wanted === 0) throw invalid("Invalid value '0' for maxResults: it must be 1 or more.");
  return Math.min(wanted, pageMaximum);
}

function selection(query: URLSearchParams): (object: StoredObject) => boolean {
  const start = query.get("startOffset") ?? "";
  const end = query.get("endOffset") ?? "";
  const glob = query.get("matchGlob") ?? "";
  const pattern = glob === "" ? undefined : globToRegExp(glob);
  return ({ name }) =>
    compareNames(name, start) >= 0 &&
    (end === "" || compareNames(name, end) < 0) &&
    (pattern === undefined || pattern.test(name));
}

/** Folds names that go on after the delimiter into one prefix each. */
function grouped(objects: readonly StoredObject[], query: URLSearchParams): Entry[] {
  const delimiter = query.get("delimiter") ?? "";
  const from = (query.get("prefix") ?? "").length;
  const keepTrailing = query.get("includeTrailingDelimiter") === "true";
  const entries: Entry[] = [];
  const seen = new Set<string>();
  for (const object of objects) {
    const at = delimiter === "" ? -1 : object.name.indexOf(delimiter, from);
    const prefix = at < 0 ? undefined : object.name.slice(0, at + delimiter.length);
    if (prefix !== undefined && !seen.has(prefix)) {
      seen.add(prefix);
      entries.push({ name: prefix });
    }
    if (prefix === undefined || (keepTrailing && prefix === object.name))
      entries.push({ name: object.name, object });
  }
  return entries;
}

const encodeToken = (name: string) => Buffer.from(name).toString("base64url");

function decodeToken(token: string): string {
  if (!/^[\w-]+$/.test(token)) throw invalid(`Invalid pageToken: ${token}`, "pageToken");
  return Buffer.from(token, "base64url").toString();
}
