import { randomBytes } from "node:crypto";
import { type Instances, openView, parseMask, readTimeOf, toDocument } from "../instance.ts";
import {
  formatName,
  joinPath,
  parseCollectionId,
  parseDocumentName,
  parseParent,
} from "../names.ts";
import { notFound } from "../status.ts";
import type { Consistency, Document, DocumentMask, Precondition, Write } from "../wire.ts";
import { commitWrites } from "./commit.ts";

interface GetDocument extends Consistency {
  readonly name?: string;
  readonly mask?: DocumentMask;
}

export const getDocument = (instances: Instances) => async (request: GetDocument) => {
  const { database, path } = parseDocumentName(request.name);
  const instance = instances.get(database);
  const { at, transaction } = await openView(instance, request);
  transaction?.reads.add(path);
  const found = instance.database.read(path, at);
  if (found === undefined) throw notFound(`Document "${request.name}" not found.`);
  return toDocument(database, found, parseMask(request.mask));
};

interface BatchGet extends Consistency {
  readonly database?: string;
  readonly documents: readonly string[];
  readonly mask?: DocumentMask;
}

export const batchGetDocuments = (instances: Instances) =>
  async function* (request: BatchGet) {
    const instance = instances.get(request.database);
    const paths = request.documents.map((name) => parseDocumentName(name).path);
    const view = await openView(instance, request, paths);
    const mask = parseMask(request.mask);
    const readTime = readTimeOf(instance, view);
    if (view.started !== undefined) yield { transaction: view.started };
    for (const path of new Set(paths)) {
      view.transaction?.reads.add(path);
      const found = instance.database.read(path, view.at);
      yield found === undefined
        ? { missing: formatName(instance.database.name, path), readTime }
        : { found: toDocument(instance.database.name, found, mask), readTime };
    }
  };

interface CreateDocument {
  readonly parent?: string;
  readonly collectionId?: string;
  readonly documentId?: string;
  readonly document?: Document;
  readonly mask?: DocumentMask;
}

export const createDocument = (instances: Instances) => (request: CreateDocument) => {
  const { database, path } = parseParent(request.parent);
  const id = request.documentId ?? "";
  const collection = joinPath(path, parseCollectionId(request.collectionId));
  // An id of twenty characters, as the service makes them up.
  const name = joinPath(collection, id === "" ? randomBytes(10).toString("hex") : id);
  return writeOne(instances, formatName(database, name), request.mask, {
    update: { fields: request.document?.fields ?? {} },
    currentDocument: { exists: false },
  });
};

interface UpdateDocument {
  readonly document?: Document;
  readonly updateMask?: DocumentMask;
  readonly mask?: DocumentMask;
  readonly currentDocument?: Precondition;
}

export const updateDocument =
  (instances: Instances) =>
  ({ document, mask, ...rest }: UpdateDocument) =>
    writeOne(instances, document?.name, mask, { ...rest, update: document ?? { fields: {} } });

interface DeleteDocument {
  readonly name?: string;
  readonly currentDocument?: Precondition;
}

export const deleteDocument =
  (instances: Instances) =>
  ({ name = "", ...precondition }: DeleteDocument) => {
    const { database } = parseDocumentName(name);
    commitWrites(instances.get(database), [
      { ...precondition, delete: name, updateTransforms: [] },
    ]);
    return {};
  };

/** Writes one document and answers with it as it now is. */
function writeOne(
  instances: Instances,
  name: string | undefined,
  mask: DocumentMask | undefined,
  write: Omit<Write, "updateTransforms">,
): Document {
  const { database, path } = parseDocumentName(name);
  const instance = instances.get(database);
  const update = { fields: {}, ...write.update, name: formatName(database, path) };
  commitWrites(instance, [{ ...write, update, updateTransforms: [] }]);
  const written = instance.database.read(path);
  if (written === undefined) throw notFound(`Document "${name}" not found.`);
  return toDocument(database, written, parseMask(mask));
}
