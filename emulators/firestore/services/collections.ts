import { type Instance, type Instances, openView, parseMask, toDocument } from "../instance.ts";
import { formatName, joinPath, lastSegment, parseCollectionId, parseParent } from "../names.ts";
import { invalidArgument, unimplemented } from "../status.ts";
import { compareUtf8, comparePaths } from "../strings.ts";
import type { Micros } from "../time.ts";
import type { Consistency, DocumentMask } from "../wire.ts";

interface Page {
  readonly pageSize?: number;
  readonly pageToken?: string;
}

interface ListDocuments extends Consistency, Page {
  readonly parent?: string;
  readonly collectionId?: string;
  readonly orderBy?: string;
  readonly mask?: DocumentMask;
  readonly showMissing?: boolean;
}

const defaultPageSize = 300;

/** By name; with `show_missing` also the documents that are not there but have something below them. */
export const listDocuments = (instances: Instances) => async (request: ListDocuments) => {
  if ((request.orderBy ?? "") !== "")
    throw unimplemented("This emulator lists documents by name only (order_by is not supported).");
  const { database: name, path } = parseParent(request.parent);
  const instance = instances.get(name);
  const view = await openView(instance, request);
  const collection = joinPath(path, parseCollectionId(request.collectionId));
  const paths = new Set(
    [...instance.database.documents(collection, view.at)].map((document) => document.path),
  );
  if (request.showMissing === true)
    for (const id of idsBelow(instance, collection, view.at)) paths.add(joinPath(collection, id));
  const { items, nextPageToken } = paged([...paths].toSorted(comparePaths), request);
  const mask = parseMask(request.mask);
  const documents = items.map((path) => {
    view.transaction?.reads.add(path);
    const found = instance.database.read(path, view.at);
    return found === undefined
      ? { name: formatName(name, path), fields: {} }
      : toDocument(name, found, mask);
  });
  return { documents, nextPageToken };
};

interface ListCollectionIds extends Consistency, Page {
  readonly parent?: string;
}

export const listCollectionIds = (instances: Instances) => async (request: ListCollectionIds) => {
  const { database: name, path } = parseParent(request.parent);
  const instance = instances.get(name);
  const { at } = await openView(instance, request);
  const ids = [...new Set(idsBelow(instance, path, at))].toSorted(compareUtf8);
  const { items, nextPageToken } = paged(ids, request);
  return { collectionIds: items, nextPageToken };
};

/** The next segment of every path below `above` that leads to a document. */
function* idsBelow({ database }: Instance, above: string, at: Micros | undefined) {
  const start = above === "" ? 0 : above.length + 1;
  for (const collection of database.collectionPaths(above)) {
    const [any] = database.documents(collection, at);
    if (any !== undefined) yield collection.slice(start).split("/")[0] ?? lastSegment(collection);
  }
}

/** A page of a list; the token is the place to go on from. */
function paged<T>(all: readonly T[], { pageSize = 0, pageToken = "" }: Page) {
  const start = Number(pageToken);
  if (!Number.isInteger(start)) throw invalidArgument("The page token is not one of this service.");
  const end = start + (pageSize > 0 ? pageSize : defaultPageSize);
  return { items: all.slice(start, end), nextPageToken: end < all.length ? String(end) : "" };
}
