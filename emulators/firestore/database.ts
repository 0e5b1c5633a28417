import { isBelow, lastSegment, parentPath } from "./names.ts";
import { createClock, type Micros } from "./time.ts";
import type { Fields } from "./wire.ts";

/** A document as stored; `path` is inside its database. */
export interface StoredDocument {
  readonly path: string;
  readonly fields: Fields;
  readonly createTime: Micros;
  readonly updateTime: Micros;
}

/** What was true from `time` on; no document: deleted. */
interface Version {
  readonly time: Micros;
  readonly document: StoredDocument | undefined;
}

/** New content of documents by path; undefined deletes. */
export type Changes = ReadonlyMap<string, StoredDocument | undefined>;

export type Database = ReturnType<typeof createDatabase>;

/** The service reads at most an hour back, so older versions may go. */
const keptMicros = 3600e6;

/** One database: documents by collection, each with its versions, so that any recent moment can be read. */
export function createDatabase(name: string) {
  const clock = createClock();
  const collections = new Map<string, Map<string, Version[]>>();
  const superseded: { readonly time: Micros; readonly path: string }[] = [];
  const listeners = new Set<(changes: Changes) => void>();
  let horizon: Micros = 0;

  const newest = (path: string): Version | undefined =>
    collections.get(parentPath(path))?.get(lastSegment(path))?.at(-1);

  return {
    name,
    clock,
    createdAt: clock.now(),

    /** The document now, or as it was at a time within the last hour. */
    read: (path: string, at?: Micros): StoredDocument | undefined =>
      documentAt(collections.get(parentPath(path))?.get(lastSegment(path)), at),

    /** When the document was last written or deleted; 0 when never. */
    lastChange: (path: string): Micros => newest(path)?.time ?? 0,

    /** The documents directly in a collection, in no particular order. */
    *documents(collection: string, at?: Micros): Generator<StoredDocument> {
      for (const versions of collections.get(collection)?.values() ?? []) {
        const document = documentAt(versions, at);
        if (document !== undefined) yield document;
      }
    },

    /** The paths of the collections below `ancestor` ("" for all) that hold, or held, a document. */
    collectionPaths: (ancestor: string): string[] =>
      [...collections.keys()].filter((path) => isBelow(path, ancestor)),

    /** Makes the changes at once, all at `time`, and tells the listeners. */
    commit(changes: Changes, time: Micros): void {
      for (const [path, document] of changes) {
        const versions = versionsOf(collections, path);
        if (versions.length > 0) superseded.push({ time, path });
        versions.push({ time, document });
      }
      horizon = Math.max(horizon, forgetBefore(collections, superseded, time - keptMicros));
      for (const listener of listeners) listener(changes);
    },

    /** Whether everything as of that time is still kept. */
    isReadable: (at: Micros): boolean => at >= horizon,

    /** Calls `listener` after every commit until the returned function is called. */
    onCommit(listener: (changes: Changes) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function documentAt(versions: readonly Version[] | undefined, at: Micros | undefined) {
  if (at === undefined) return versions?.at(-1)?.document;
  return versions?.findLast(({ time }) => time <= at)?.document;
}

function versionsOf(collections: Map<string, Map<string, Version[]>>, path: string): Version[] {
  const collectionPath = parentPath(path);
  const collection = collections.get(collectionPath) ?? new Map<string, Version[]>();
  collections.set(collectionPath, collection);
  const versions = collection.get(lastSegment(path)) ?? [];
  collection.set(lastSegment(path), versions);
  return versions;
}

/** Drops what was superseded before `time`; the time before which reads are now incomplete, or 0. */
function forgetBefore(
  collections: Map<string, Map<string, Version[]>>,
  superseded: { readonly time: Micros; readonly path: string }[],
  time: Micros,
): Micros {
  const kept = superseded.findIndex((entry) => entry.time >= time);
  const gone = superseded.splice(0, kept === -1 ? superseded.length : kept);
  for (const { path } of gone) {
    const collection = collections.get(parentPath(path));
    const versions = collection?.get(lastSegment(path));
    if (collection === undefined || versions === undefined) continue;
    versions.splice(
      0,
      versions.findLastIndex((version) => version.time < time),
    );
    const [only] = versions;
    if (versions.length === 1 && only?.document === undefined) collection.delete(lastSegment(path));
    if (collection.size === 0) collections.delete(parentPath(path));
  }
  return gone.length > 0 ? time : 0;
}
