import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { type Answer, ApiError, notFound, page } from "./reply.ts";
import type { Sound } from "./sound.ts";

const contentTypes: Record<string, string> = {
  aac: "audio/aac",
  aif: "audio/x-aiff",
  aifc: "audio/x-aiff",
  aiff: "audio/x-aiff",
  flac: "audio/flac",
  m4a: "audio/mp4",
  mp3: "audio/mpeg",
  mp4: "audio/mp4",
  oga: "audio/ogg",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  wav: "audio/wav",
  wave: "audio/wav",
  webm: "audio/webm",
};

/** A sound's preview as a static web server gives it: entity tag, conditional requests, one byte range. */
export async function previewAnswer(sound: Sound, { headers }: IncomingMessage): Promise<Answer> {
  const file = await look(sound.path);
  if (file === "missing") return page(404, "404 Not Found");
  if (file === "forbidden") return page(403, "403 Forbidden");
  const tag = `"${Math.floor(file.modified.getTime() / 1000).toString(16)}-${file.size.toString(16)}"`;
  const common = {
    "Content-Type": contentTypes[sound.extension] ?? "application/octet-stream",
    "Last-Modified": file.modified.toUTCString(),
    ETag: tag,
    "Accept-Ranges": "bytes",
  };
  const isSame = (wanted = "") => wanted === "*" || wanted.split(/,\s*/).includes(tag);
  if (isSame(headers["if-none-match"]))
    return { status: 304, headers: common, body: Buffer.alloc(0), lengthBytes: 0 };
  const rangeHolds = headers["if-range"] === undefined || isSame(String(headers["if-range"]));
  const range = rangeHolds ? parseRange(headers.range, file.size) : "whole";
  if (range === "whole") return part(sound.path, 200, common, 0, file.size);
  if (range === "outside")
    return page(416, "416 Requested Range Not Satisfiable", {
      "Content-Range": `bytes */${file.size}`,
    });
  const { first, last } = range;
  const contentRange = { "Content-Range": `bytes ${first}-${last}/${file.size}` };
  return part(sound.path, 206, { ...common, ...contentRange }, first, last + 1 - first);
}

/** A sound's original file as the API sends it. Throws the API's 404 when the file has gone. */
export async function originalAnswer(sound: Sound): Promise<Answer> {
  const file = await look(sound.path);
  if (file === "missing") throw notFound();
  if (file === "forbidden")
    throw new ApiError(403, "You do not have permission to perform this action.");
  const stem = sound.name.replace(/\.[^.]*$/, "");
  const fileName = `${sound.id}__${sound.username}__${stem}.${sound.extension}`
    .replaceAll(/[^\p{L}\p{N}._+ -]/gu, "-")
    .replaceAll(/[^\x20-\x7e]/g, "_");
  const headers = {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": `attachment; filename="${fileName}"`,
  };
  return part(sound.path, 200, headers, 0, file.size);
}

const part = (
  path: string,
  status: number,
  headers: Record<string, string>,
  start: number,
  lengthBytes: number,
): Answer => ({
  status,
  headers,
  lengthBytes,
  // A file that grows meanwhile is not sent beyond what was announced.
  body: () => createReadStream(path, { start, end: start + lengthBytes - 1 }),
});

async function look(
  path: string,
): Promise<{ readonly size: number; readonly modified: Date } | "missing" | "forbidden"> {
  try {
    await using file = await open(path); // opening is the only sure test of being allowed to read
    const { size, mtime } = await file.stat();
    return { size, modified: mtime };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES" ? "forbidden" : "missing";
  }
}

type ByteRange = { readonly first: number; readonly last: number };

/** One byte range of RFC 9110 §14; several, or what is no range, ask for the whole. */
function parseRange(header: string | undefined, size: number): ByteRange | "whole" | "outside" {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return "whole";
  if (from === "")
    return Number(to) === 0 ? "outside" : { first: Math.max(0, size - Number(to)), last: size - 1 };
  const first = Number(from);
  if (to !== "" && Number(to) < first) return "whole";
  if (first >= size) return "outside";
  return { first, last: to === "" ? size - 1 : Math.min(Number(to), size - 1) };
}
