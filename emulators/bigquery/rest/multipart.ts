import { invalid } from "./api-error.ts";
import { parseObject } from "./router.ts";

/** The JSON and the media of a `multipart/related` upload. */
export function readMultipart(
  raw: Buffer,
  contentType: string,
): { metadata: Readonly<Record<string, unknown>>; media: Buffer } {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) throw invalid("A multipart upload needs a boundary");
  const parts: Buffer[] = [];
  const mark = Buffer.from(`--${boundary}`);
  let at = raw.indexOf(mark);
  while (at >= 0) {
    const next = raw.indexOf(mark, at + mark.length);
    if (next < 0) break;
    const part = raw.subarray(at + mark.length, next);
    const body = part.indexOf("\r\n\r\n");
    if (body >= 0) parts.push(part.subarray(body + 4, part.length - 2));
    at = next;
  }
  const [metadata, media] = parts;
  if (metadata === undefined || media === undefined)
    throw invalid("A multipart upload has two parts");
  return { metadata: parseObject(metadata), media };
}
