import { Readable } from "node:stream";
import { PermanentError } from "#shared/errors.ts";
import type { Download } from "#shared/web/download.ts";

/** Of the content types that are no audio, those that servers send for files they know nothing of. */
const unspecific = new Set(["application/octet-stream", "binary/octet-stream", "application/ogg"]);
/** Bytes that are enough to tell a page from a sound. */
const sniffed = 512;
/** How a page of the web begins, whatever it says it is. */
const page =
  /^\s*(<!--[^]*?-->\s*|<\?xml[^>]*\?>\s*)*<(!doctype\s+html|html|head|body|title|script)\b/i;

/**
 * The bytes of a download, as long as they may be a sound: a server that answers 200 with an error page, or with
 * nothing at all, must not have that stored. What the file really is, `load` finds by its content.
 */
export function audioBody({ body, contentType }: Download): Readable {
  const type = contentType.trim().toLowerCase();
  async function* checked() {
    let start: Buffer | null = Buffer.alloc(0);
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (type !== "" && !type.startsWith("audio/") && !unspecific.has(type))
        throw new PermanentError("not-audio", `what came is ${type}, not audio`);
      if (start === null) {
        yield chunk;
        continue;
      }
      start = Buffer.concat([start, chunk]);
      if (start.length < sniffed) continue;
      yield admit(start);
      start = null;
    }
    if (start?.length === 0) throw new PermanentError("empty", "what came is empty");
    if (start !== null) yield admit(start);
  }
  return Readable.from(checked(), { objectMode: false });
}

function admit(start: Buffer): Buffer {
  const text = start.toString("utf8", 0, sniffed).replace(/^\uFEFF/, "");
  if (page.test(text)) throw new PermanentError("not-audio", "what came is a web page, not audio");
  return start;
}
