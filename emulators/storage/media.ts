import { gunzipSync } from "node:zlib";
import { type Answer, type Call } from "./call.ts";
import { ApiError } from "./errors.ts";
import { type StoredObject, etagOf } from "./object.ts";

/** The object's bytes, or the asked range of them, with the headers by which clients verify a download. */
export function sendMedia(object: StoredObject, { headers }: Call): Answer {
  const { bytes, fields } = object;
  if (fields.contentEncoding === "gzip" && !/\bgzip\b/.test(String(headers["accept-encoding"])))
    return transcoded(object);
  const range = parseRange(headers.range, bytes.length);
  if (range === undefined) return { status: 200, headers: mediaHeaders(object), body: bytes };
  const { first, last } = range;
  return {
    status: 206,
    headers: {
      ...mediaHeaders(object),
      "Content-Range": `bytes ${first}-${last}/${bytes.length}`,
    },
    body: bytes.subarray(first, last + 1),
  };
}

/** A client that does not take gzip gets the decompressed bytes, whole and without a length. */
function transcoded(object: StoredObject): Answer {
  const headers = mediaHeaders(object);
  delete headers["Content-Encoding"];
  return {
    status: 200,
    headers: {
      ...headers,
      Warning: "214 UploadServer gunzipped",
      "X-GUploader-Response-Body-Transformations": "gunzipped",
    },
    body: gunzipSync(object.bytes),
  };
}

/** One byte range (RFC 9110 §14.2). What is no byte range is ignored; one beyond the end is 416. */
function parseRange(header: string | undefined, size: number) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (from === "" && to === "") return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  if (first >= size || (from === "" && Number(to) === 0)) throw new RangeError416(size);
  return { first, last };
}

/** 416, with the size by which a client can ask again. */
export class RangeError416 extends ApiError {
  readonly contentRange: string;

  constructor(size: number) {
    super(416, "requestedRangeNotSatisfiable", "Request range not satisfiable", "Range");
    this.contentRange = `bytes */${size}`;
  }
}

function mediaHeaders(object: StoredObject): Record<string, string | number> {
  const { fields, generation, metageneration, md5Hash, crc32c, componentCount } = object;
  const hashes = [`crc32c=${crc32c}`, ...(componentCount === undefined ? [`md5=${md5Hash}`] : [])];
  return {
    "Content-Type": fields.contentType ?? "application/octet-stream",
    ...optional("Cache-Control", fields.cacheControl),
    ...optional("Content-Disposition", fields.contentDisposition),
    ...optional("Content-Encoding", fields.contentEncoding),
    ...optional("Content-Language", fields.contentLanguage),
    "Accept-Ranges": "bytes",
    ETag: etagOf(generation, metageneration),
    "Last-Modified": new Date(object.updated).toUTCString(),
    "X-Goog-Generation": generation,
    "X-Goog-Metageneration": metageneration,
    "X-Goog-Hash": hashes.join(","),
    "X-Goog-Storage-Class": "STANDARD",
    "X-Goog-Stored-Content-Encoding": fields.contentEncoding ?? "identity",
    "X-Goog-Stored-Content-Length": object.bytes.length,
  };
}

const optional = (name: string, value: string | undefined) =>
  value === undefined ? {} : { [name]: value };
