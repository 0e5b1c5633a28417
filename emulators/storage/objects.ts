import { type Handler, jsonBody, noContent, ok } from "./call.ts";
import { noSuchObject } from "./errors.ts";
import { parseFields, patchFields } from "./fields.ts";
import { sendMedia } from "./media.ts";
import { type StoredObject, etagOf, toResource } from "./object.ts";
import { type Intent, checkEtags, checkPreconditions, integerParameter } from "./preconditions.ts";
import { type Call } from "./call.ts";
import { type ObjectStore } from "./store.ts";

/** `GET …/o/NAME`: metadata, or the bytes with `alt=media`. */
export const getObject: Handler = (store, call) =>
  call.query.get("alt") === "media"
    ? downloadObject(store, call)
    : ok(toResource(find(store, call, "read"), call.origin));

/** `GET /download/…/o/NAME`: the bytes. */
export const downloadObject: Handler = (store, call) => sendMedia(find(store, call, "read"), call);

/** `PATCH …/o/NAME`: merges metadata; a new metageneration of the same generation. */
export const patchObject: Handler = (store, call) => {
  const object = find(store, call, "write");
  const fields = patchFields(object.fields, jsonBody(call.body));
  return ok(toResource(store.update(object, fields), call.origin));
};

/** `PUT …/o/NAME`: replaces all writable metadata. */
export const updateObject: Handler = (store, call) => {
  const object = find(store, call, "write");
  return ok(toResource(store.update(object, parseFields(jsonBody(call.body))), call.origin));
};

export const deleteObject: Handler = (store, call) => {
  const { bucket, name } = find(store, call, "write");
  store.delete(bucket, name);
  return noContent;
};

/** The live object of the path, at the wanted generation, with its preconditions held. */
function find(store: ObjectStore, { path, query, headers }: Call, intent: Intent): StoredObject {
  const { bucket = "", object = "" } = path;
  store.bucket(bucket); // 404 of its own
  const found = store.get(bucket, object, integerParameter(query, "generation"));
  if (found === undefined) throw noSuchObject(bucket, object);
  checkPreconditions(query, found, intent);
  checkEtags(headers, etagOf(found.generation, found.metageneration), intent);
  return found;
}
