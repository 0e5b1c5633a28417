import { invalid } from "./errors.ts";

/** The two parts of a multipart/related upload (RFC 2387): the resource, then the bytes. */
export interface RelatedParts {
  readonly json: Buffer;
  readonly media: Buffer;
  readonly mediaType: string;
}

/** Splits without copying the bytes. Throws 400 with what is wrong. */
export function parseRelated(contentType: string | undefined, body: Buffer): RelatedParts {
  const boundary = /boundary=(?:"([^"]+)"|'([^']+)'|([^;\s]+))/i.exec(contentType ?? "");
  const name = boundary?.[1] ?? boundary?.[2] ?? boundary?.[3];
  if (name === undefined)
    throw invalid("A multipart upload needs Content-Type: multipart/related; boundary=…");
  const parts = splitParts(body, name);
  const [json, media] = parts;
  if (json === undefined || media === undefined || parts.length !== 2)
    throw invalid(`A multipart upload has two parts, this one has ${parts.length}.`);
  return {
    json: json.content,
    media: media.content,
    mediaType: media.headers.get("content-type") ?? "application/octet-stream",
  };
}

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly content: Buffer;
}

function splitParts(body: Buffer, boundary: string): Part[] {
  const opening = `--${boundary}`;
  const delimiter = `\r\n${opening}`;
  const begin = body.indexOf(opening);
  const parts: Part[] = [];
  if (begin < 0) return parts;
  let from = begin + opening.length;
  while (body.toString("latin1", from, from + 2) !== "--") {
    const end = body.indexOf(delimiter, from);
    if (end < 0) throw invalid("Malformed multipart body: the closing boundary is missing.");
    parts.push(readPart(body.subarray(from, end)));
    from = end + delimiter.length;
  }
  return parts;
}

/** `raw` begins with the end of the boundary's line. */
function readPart(raw: Buffer): Part {
  const blank = raw.indexOf("\r\n\r\n");
  if (blank < 0) throw invalid("Malformed multipart body: a part has no blank line.");
  const lines = raw
    .toString("latin1", 0, blank)
    .split("\r\n")
    .filter((line) => line.includes(":"));
  return {
    headers: new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
      }),
    ),
    content: raw.subarray(blank + 4),
  };
}
