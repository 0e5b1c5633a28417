import { type Call, type Handler, jsonBody, ok } from "./call.ts";
import { parseHashHeader, checksumsOf, verifyChecksums } from "./checksums.ts";
import { invalid, notImplemented, required } from "./errors.ts";
import { checkObjectName, expectedChecksums, parseFields } from "./fields.ts";
import { parseRelated } from "./multipart.ts";
import { type StoredObject, toResource } from "./object.ts";
import { checkPreconditions } from "./preconditions.ts";
import { type ObjectStore } from "./store.ts";

/** What an upload wants to create, known before its bytes. */
export interface UploadTarget {
  readonly bucket: string;
  readonly name: string;
  /** The object resource that the client sent. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** Of the request that began the upload: its preconditions are checked when it ends. */
  readonly query: URLSearchParams;
}

/** `POST /upload/…/o?uploadType=media`: the body is the object. */
export const uploadSimple: Handler = (store, call) => {
  const contentType = call.headers["content-type"];
  const target = targetOf(store, call, contentType === undefined ? {} : { contentType });
  return ok(toResource(finishUpload(store, target, call.body, call), call.origin));
};

/** `POST /upload/…/o?uploadType=multipart`: resource and bytes in one multipart/related body. */
export const uploadMultipart: Handler = (store, call) => {
  const { json, media, mediaType } = parseRelated(call.headers["content-type"], call.body);
  const target = targetOf(store, call, { contentType: mediaType, ...jsonBody(json) });
  return ok(toResource(finishUpload(store, target, media, call), call.origin));
};

/** Reads and checks where an upload goes. Throws 404 for the bucket, 400 for the name. */
export function targetOf(
  store: ObjectStore,
  { path, query }: Call,
  resource: Readonly<Record<string, unknown>>,
): UploadTarget {
  const { bucket = "" } = path;
  store.bucket(bucket);
  for (const key of ["predefinedAcl", "kmsKeyName"])
    if (query.has(key)) throw notImplemented(`the parameter ${key}`);
  const inQuery = query.get("name");
  const inBody = resource["name"];
  const name = inQuery ?? inBody;
  if (typeof name !== "string") throw required("Required parameter: name");
  if (inQuery !== null && inBody !== undefined && inQuery !== inBody)
    throw invalid(
      `The name in the query is "${inQuery}", in the body ${JSON.stringify(inBody)}.`,
      "name",
    );
  return { bucket, name: checkObjectName(name), resource, query };
}

/** The one place where an uploaded object comes to be: preconditions, checksums, new generation. */
export function finishUpload(
  store: ObjectStore,
  target: UploadTarget,
  bytes: Buffer,
  { headers }: Pick<Call, "headers">,
): StoredObject {
  const { bucket, name, resource, query } = target;
  checkPreconditions(query, store.get(bucket, name), "write");
  const promised = [expectedChecksums(resource), parseHashHeader(headers["x-goog-hash"])];
  verifyChecksums(checksumsOf(bytes), ...promised);
  const encoding = query.get("contentEncoding");
  const fields = parseFields({
    ...(encoding === null ? {} : { contentEncoding: encoding }),
    ...resource,
  });
  return store.put(bucket, name, bytes, fields);
}
