import { invalidArgument } from "./status.ts";

/** A resource name taken apart: `DATABASE/documents/PATH`. */
export interface Resource {
  /** `projects/P/databases/D` */
  readonly database: string;
  /** Below `documents`, without a leading slash; empty for the root. */
  readonly path: string;
}

const resourceName = /^(projects\/[^/]+\/databases\/[^/]+)\/documents(?:\/(.+))?$/s;
const databaseName = /^projects\/[^/]+\/databases\/[^/]+$/;
const maxIdBytes = 1500;

export function parseDatabase(name = ""): string {
  if (!databaseName.test(name))
    throw invalidArgument(`Invalid database name "${name}": want projects/P/databases/D.`);
  return name;
}

/** The name of a document that may be written or read. */
export function parseDocumentName(name = ""): Resource {
  const resource = parseName(name);
  const segments = resource.path.split("/");
  if (resource.path === "" || segments.length % 2 !== 0)
    throw invalidArgument(`Document name "${name}" has an odd number of path segments.`);
  segments.forEach((id, i) => checkId(id, i % 2 === 0 ? "Collection" : "Resource"));
  return resource;
}

/** The root of a database or a document: what collections are below. */
export function parseParent(name = ""): Resource {
  const resource = parseName(name);
  return resource.path === "" ? resource : parseDocumentName(name);
}

export function parseCollectionId(id = ""): string {
  checkId(id, "Collection");
  return id;
}

export const formatName = (database: string, path: string) =>
  path === "" ? `${database}/documents` : `${database}/documents/${path}`;

/** `a/b/c/d` → `a/b/c`: the collection of a document, or the document of a collection. */
export const parentPath = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

export const lastSegment = (path: string) => path.slice(path.lastIndexOf("/") + 1);

export const joinPath = (parent: string, id: string) => (parent === "" ? id : `${parent}/${id}`);

/** Whether `path` lies below `ancestor`; everything lies below the root (""). */
export const isBelow = (path: string, ancestor: string) =>
  ancestor === "" || path.startsWith(`${ancestor}/`);

function parseName(name: string): Resource {
  const [, database, path = ""] = resourceName.exec(name) ?? [];
  if (database === undefined)
    throw invalidArgument(
      `Invalid resource name "${name}": want projects/P/databases/D/documents/…`,
    );
  return { database, path };
}

/** https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields */
function checkId(id: string, kind: "Collection" | "Resource"): void {
  if (id === "") throw invalidArgument(`${kind} id must not be empty.`);
  if (id === "." || id === ".." || id.includes("/"))
    throw invalidArgument(`${kind} id "${id}" is invalid: ".", ".." and "/" are not allowed.`);
  if (/^__.*__$/s.test(id) && !/^__id-?\d+__$/.test(id))
    throw invalidArgument(`${kind} id "${id}" is invalid because it is reserved.`);
  if (Buffer.byteLength(id) > maxIdBytes)
    throw invalidArgument(`The key path element name is longer than ${maxIdBytes} bytes.`);
}
