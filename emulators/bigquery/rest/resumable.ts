import { randomUUID } from "node:crypto";
import { ApiError, invalid, notFound } from "./api-error.ts";
import { insertJob } from "./jobs.ts";
import { type Call, Reply, type Routes } from "./router.ts";

interface Upload {
  readonly request: Readonly<Record<string, unknown>>;
  readonly chunks: Buffer[];
  size: number;
}

/** An upload that nobody goes on with is forgotten when so many are open. */
const openUploads = 100;
const sizeLimit = 1024 * 1024 * 1024;

/** Uploads in several requests, as the documentation's page on the API's load jobs describes them. */
class Uploads {
  private readonly open = new Map<string, Upload>();

  start({ body, path, baseUrl }: Call): Reply {
    const [oldest] = this.open.keys();
    if (this.open.size >= openUploads && oldest !== undefined) this.open.delete(oldest);
    const id = randomUUID();
    this.open.set(id, { request: body, chunks: [], size: 0 });
    const location = `${baseUrl}/upload/bigquery/v2/projects/${path["project"]}/jobs?uploadType=resumable&upload_id=${id}`;
    return new Reply(200, { location, "x-guploader-uploadid": id }, {});
  }

  /** Takes a part. The last one, which says the whole size, starts the job. */
  async put(call: Call): Promise<unknown> {
    const id = call.query.get("upload_id") ?? "";
    const upload = this.open.get(id);
    if (upload === undefined) throw notFound("Upload", id);
    const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(call.header("content-range") ?? "");
    const [, first, last, total] = range ?? [];
    if (first !== undefined && Number(first) !== upload.size)
      throw invalid(`The next byte of the upload is ${upload.size}, not ${first}`);
    if (last !== undefined && Number(last) - Number(first) + 1 !== call.raw.length)
      throw invalid("Content-Range does not fit the body");
    upload.size += call.raw.length;
    upload.chunks.push(call.raw);
    if (upload.size > sizeLimit) {
      this.open.delete(id);
      throw new ApiError(413, "invalid", "Upload size exceeds the limit");
    }
    const done = range === null || (total !== "*" && upload.size >= Number(total));
    if (!done)
      return new Reply(308, upload.size === 0 ? {} : { range: `bytes=0-${upload.size - 1}` }, {});
    this.open.delete(id);
    return insertJob(call, upload.request, Buffer.concat(upload.chunks));
  }
}

/** The routes of one emulator's uploads; `POST` without `uploadType=resumable` goes to `insert`. */
export function resumableRoutes(insert: (call: Call) => unknown): Routes {
  const uploads = new Uploads();
  return {
    "POST /projects/:project/jobs": (call) =>
      call.query.get("uploadType") === "resumable" ? uploads.start(call) : insert(call),
    "PUT /projects/:project/jobs": (call) => uploads.put(call),
  };
}
