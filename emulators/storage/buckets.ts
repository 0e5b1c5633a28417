import { toBucketResource } from "./bucket.ts";
import { type Handler, jsonBody, noContent, ok } from "./call.ts";
import { invalid, notImplemented, required } from "./errors.ts";
import { pageLimit } from "./list.ts";
import { checkPreconditions } from "./preconditions.ts";

/** `GET /b`: a project other than the owner has no buckets. */
export const listBuckets =
  (projectId: string | undefined): Handler =>
  (store, { query, origin }) => {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("pageToken") ?? "";
    const isOwner = projectId === undefined || query.get("project") === projectId;
    const matching = (isOwner ? store.buckets() : [])
      .filter(({ name }) => name.startsWith(prefix) && name > after)
      .map((bucket) => toBucketResource(bucket, origin));
    const limit = pageLimit(query);
    const items = matching.slice(0, limit);
    const last = matching.length > limit ? items.at(-1) : undefined;
    return ok({
      kind: "storage#buckets",
      ...(last === undefined ? {} : { nextPageToken: last.name }),
      ...(items.length > 0 ? { items } : {}),
    });
  };

export const insertBucket: Handler = (store, { body, origin }) => {
  const { name, ...fields } = jsonBody(body);
  if (typeof name !== "string") throw required("Required parameter: name");
  checkBucketName(name);
  refuseVersioning(fields);
  return ok(toBucketResource(store.createBucket(name, fields), origin));
};

export const getBucket: Handler = (store, { path, query, origin }) => {
  const bucket = store.bucket(path["bucket"] ?? "");
  checkPreconditions(query, { metageneration: bucket.metageneration }, "read");
  return ok(toBucketResource(bucket, origin));
};

export const patchBucket: Handler = (store, { path, query, body, origin }) => {
  const bucket = store.bucket(path["bucket"] ?? "");
  checkPreconditions(query, { metageneration: bucket.metageneration }, "write");
  const patch = jsonBody(body);
  refuseVersioning(patch);
  return ok(toBucketResource(store.updateBucket(bucket.name, patch), origin));
};

export const deleteBucket: Handler = (store, { path, query }) => {
  const bucket = store.bucket(path["bucket"] ?? "");
  checkPreconditions(query, { metageneration: bucket.metageneration }, "write");
  store.deleteBucket(bucket.name);
  return noContent;
};

/** https://cloud.google.com/storage/docs/buckets#naming */
function checkBucketName(name: string): void {
  const isShaped = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(name);
  if (!isShaped || name.split(".").some((label) => label.length > 63) || name.startsWith("goog"))
    throw invalid(`Invalid bucket name: '${name}'`, "name");
}

/** Old generations are gone here; a bucket that promises to keep them would lie. */
function refuseVersioning(fields: Readonly<Record<string, unknown>>): void {
  const { versioning } = fields as { versioning?: { enabled?: unknown } | null };
  if (versioning?.enabled === true) throw notImplemented("object versioning");
}
