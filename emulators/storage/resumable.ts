import { randomBytes } from "node:crypto";
import { type Answer, type Call, type Handler, jsonBody, ok } from "./call.ts";
import { ApiError, invalid } from "./errors.ts";
import { toResource } from "./object.ts";
import { checkPreconditions } from "./preconditions.ts";
import { type UploadTarget, finishUpload, targetOf } from "./uploads.ts";

/** Bytes persist in whole multiples of this until the last chunk. */
const chunkUnitBytes = 256 * 1024;

interface Session {
  readonly target: UploadTarget;
  /** The whole size, once a request has told it. */
  total: number | undefined;
  chunks: Buffer[];
  received: number;
  done: Answer | undefined;
}

/**
 * Resumable uploads: a session, then its bytes in one or many PUTs.
 * https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export function createResumableUploads(): Record<"start" | "put" | "cancel", Handler> {
  const sessions = new Map<string, Session>();

  const sessionOf = (query: URLSearchParams) => {
    const id = query.get("upload_id") ?? "";
    const session = sessions.get(id);
    if (session === undefined) throw new ApiError(404, "notFound", `No such upload session: ${id}`);
    return { id, session };
  };

  return {
    start(store, call) {
      const contentType = call.headers["x-upload-content-type"];
      const resource = jsonBody(call.body);
      const target = targetOf(store, call, {
        ...(typeof contentType === "string" ? { contentType } : {}),
        ...resource,
      });
      // A condition that fails already spares the client its bytes; it is checked again at the end.
      checkPreconditions(call.query, store.get(target.bucket, target.name), "write");
      const id = randomBytes(24).toString("base64url");
      const length = call.headers["x-upload-content-length"];
      sessions.set(id, {
        target,
        total: typeof length === "string" ? Number(length) : undefined,
        chunks: [],
        received: 0,
        done: undefined,
      });
      const { bucket, name } = target;
      const query = new URLSearchParams({ uploadType: "resumable", name, upload_id: id });
      return {
        status: 200,
        headers: {
          Location: `${call.origin}/upload/storage/v1/b/${bucket}/o?${query.toString()}`,
          "X-GUploader-UploadID": id,
        },
      };
    },

    put(store, call) {
      const { id, session } = sessionOf(call.query);
      if (session.done !== undefined) return session.done;
      const bytes = accept(session, call);
      if (bytes === undefined) return incomplete(session);
      try {
        session.done = ok(
          toResource(finishUpload(store, session.target, bytes, call), call.origin),
        );
        return session.done;
      } catch (error) {
        sessions.delete(id); // refused at the end: there is nothing to resume
        throw error;
      }
    },

    cancel(_store, call) {
      sessions.delete(sessionOf(call.query).id);
      return { status: 499 };
    },
  };
}

/** Takes the bytes of one request; returns the whole object when this was its end. */
function accept(session: Session, call: Call): Buffer | undefined {
  const { received } = session;
  const { first = received, total, endsObject } = parseContentRange(call);
  if (total !== undefined && session.total !== undefined && session.total !== total)
    throw invalid(`The upload has ${session.total} bytes, Content-Range says ${total}.`);
  if (first > received)
    throw invalid(`The bytes start at ${first}, but only ${received} are persisted.`);
  const fresh = call.body.subarray(received - first); // what is persisted already is skipped
  const size = total ?? session.total;
  const after = received + fresh.length;
  if (size !== undefined && after > size)
    throw invalid(`The upload has ${size} bytes, but ${after} were sent.`);

  session.total = size;
  if (after === size || (endsObject && size === undefined)) {
    const bytes = Buffer.concat([...session.chunks, fresh]);
    session.chunks = [];
    return bytes;
  }
  const whole = fresh.subarray(0, fresh.length - (fresh.length % chunkUnitBytes));
  if (whole.length > 0) session.chunks.push(whole);
  session.received += whole.length;
  return undefined;
}

/** How far the upload is; no `Range` at all means that nothing is persisted. */
const incomplete = ({ received }: Session): Answer => ({
  status: 308,
  headers: received > 0 ? { Range: `bytes=0-${received - 1}` } : {},
});

interface ContentRange {
  /** Absent in a status query. */
  readonly first?: number;
  readonly total: number | undefined;
  /** The object may end where this body ends: the last byte's position was left open. */
  readonly endsObject: boolean;
}

// With A, B and T for numbers: `bytes A-B/T`, `bytes A-B/*`, the open `bytes A-*/T` and
// `bytes A-*/*` of a client that streams, and the status queries `bytes */T` and `bytes */*`.
function parseContentRange({ headers, body }: Call): ContentRange {
  const header = headers["content-range"];
  if (header === undefined) return { first: 0, total: body.length, endsObject: true };
  const match = /^bytes (?:\*|(\d+)-(-?\d+|\*))\/(\d+|\*)$/.exec(header);
  if (match === null) throw invalid(`Failed to parse Content-Range header: ${header}`);
  const [, first, last, size] = match;
  const total = size === "*" ? undefined : Number(size);
  if (first === undefined) {
    if (body.length > 0) throw invalid(`A request with Content-Range ${header} carries no bytes.`);
    return { total, endsObject: false };
  }
  const declared = Number(last) - Number(first) + 1;
  if (last !== "*" && declared !== body.length)
    throw invalid(
      `Invalid request. There were ${body.length} byte(s) in the request body. There should have been ${declared} byte(s).`,
    );
  return { first: Number(first), total, endsObject: last === "*" };
}
