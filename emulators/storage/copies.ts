import { type Call, type Handler, jsonBody, ok } from "./call.ts";
import { invalid, noSuchObject } from "./errors.ts";
import { checkObjectName, parseFields } from "./fields.ts";
import { type StoredObject, toResource } from "./object.ts";
import { checkPreconditions, integerParameter } from "./preconditions.ts";
import { type ObjectStore } from "./store.ts";

/** `POST …/copyTo/…`: answers with the new object. */
export const copyObject: Handler = (store, call) => ok(toResource(copy(store, call), call.origin));

/** `POST …/rewriteTo/…`: always done in one call, as the service does within one location. */
export const rewriteObject: Handler = (store, call) => {
  const copied = copy(store, call);
  const size = String(copied.bytes.length);
  return ok({
    kind: "storage#rewriteResponse",
    totalBytesRewritten: size,
    objectSize: size,
    done: true,
    resource: toResource(copied, call.origin),
  });
};

/** `POST …/o/SOURCE/moveTo/o/DESTINATION`: a rename within the bucket, in one step. */
export const moveObject: Handler = (store, call) => {
  const { bucket = "", object: name = "" } = call.path;
  const moved = copy(store, { ...call, path: { ...call.path, toBucket: bucket } });
  if (moved.name !== name) store.delete(bucket, name);
  return ok(toResource(moved, call.origin));
};

/** Without metadata in the body the source's is copied, with any it is replaced as a whole. */
function copy(store: ObjectStore, { path, query, body }: Call): StoredObject {
  const { bucket = "", object: name = "", toBucket = "", toObject = "" } = path;
  store.bucket(bucket);
  store.bucket(toBucket);
  const source = store.get(bucket, name, integerParameter(query, "sourceGeneration"));
  if (source === undefined) throw noSuchObject(bucket, name);
  checkPreconditions(query, source, "write", "ifSource");
  checkPreconditions(query, store.get(toBucket, toObject), "write");
  const given = parseFields(jsonBody(body));
  const fields = Object.keys(given).length > 0 ? given : source.fields;
  const { componentCount } = source;
  return store.put(toBucket, checkObjectName(toObject), source.bytes, {
    ...fields,
    ...(componentCount === undefined ? {} : { componentCount }),
  });
}

const composeLimit = 32;

interface ComposeSource {
  readonly name?: unknown;
  readonly generation?: string | number;
  readonly objectPreconditions?: { readonly ifGenerationMatch?: string | number };
}

/** `POST …/o/DESTINATION/compose`: joins up to 32 objects of the bucket; the result has no MD5. */
export const composeObject: Handler = (store, { path, query, body, origin }) => {
  const { bucket = "", object: name = "" } = path;
  store.bucket(bucket);
  const { sourceObjects, destination } = jsonBody(body);
  if (!Array.isArray(sourceObjects) || sourceObjects.length === 0)
    throw invalid("You must provide at least one source component.");
  if (sourceObjects.length > composeLimit)
    throw invalid(
      `The number of source components provided (${sourceObjects.length}) exceeds the maximum (${composeLimit})`,
    );
  const sources = (sourceObjects as ComposeSource[]).map((source) =>
    findSource(store, bucket, source),
  );
  checkPreconditions(query, store.get(bucket, name), "write");
  const composed = store.put(
    bucket,
    checkObjectName(name),
    Buffer.concat(sources.map(({ bytes }) => bytes)),
    {
      ...parseFields((destination ?? {}) as Record<string, unknown>),
      componentCount: sources.reduce((sum, { componentCount = 1 }) => sum + componentCount, 0),
    },
  );
  return ok(toResource(composed, origin));
};

function findSource(store: ObjectStore, bucket: string, source: ComposeSource): StoredObject {
  const { name, generation, objectPreconditions } = source;
  if (typeof name !== "string") throw invalid("Each source object needs a name.");
  const wanted = generation === undefined ? undefined : String(generation);
  const found = store.get(bucket, name, wanted);
  if (found === undefined) throw noSuchObject(bucket, name);
  const match = objectPreconditions?.ifGenerationMatch;
  if (match !== undefined)
    checkPreconditions(new URLSearchParams({ ifGenerationMatch: String(match) }), found, "write");
  return found;
}
