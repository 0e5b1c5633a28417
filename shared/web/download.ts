import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { PermanentError } from "#shared/errors.ts";
import { toPlainAddress } from "./plain.ts";
import type { Answer } from "./request.ts";

/** Bytes on their way, with what the server said of them. */
export interface Download {
  /** Fails when it is cut short, passes the limit, or has another checksum than it should. */
  readonly body: Readable;
  readonly contentType: string;
  /** Bytes that have come so far. */
  readonly receivedBytes: number;
}

export interface Expected {
  /** Most bytes that are taken. */
  readonly limitBytes: number;
  /** In hexadecimal; null when nobody has said it. */
  readonly md5?: string | null;
}

/**
 * The body of a good answer as a stream that ends only when it is whole.
 * @throws PermanentError `too-large` when the server announces more than the limit, `encoded` when it sends the file
 *   compressed, which nobody has asked for
 */
export function toDownload(
  { body, chunks, headers, url }: Answer,
  { limitBytes, md5 = null }: Expected,
): Download {
  const announced = headers["content-length"];
  const length = announced === undefined ? null : Number(announced);
  const tooLarge = () =>
    new PermanentError(
      "too-large",
      `${toPlainAddress(url)} has more than the ${limitBytes} bytes of MAX_BYTES`,
    );
  if (length !== null && length > limitBytes) {
    body.destroy();
    throw tooLarge();
  }
  const { "content-encoding": encoding = "identity" } = headers;
  if (encoding.trim().toLowerCase() !== "identity") {
    body.destroy();
    throw new PermanentError(
      "encoded",
      `${toPlainAddress(url)} comes with Content-Encoding ${encoding.slice(0, 100)}, though identity was asked for`,
    );
  }
  let size = 0;
  const hash = md5 === null ? null : createHash("md5");
  async function* checked() {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > limitBytes) throw tooLarge();
      hash?.update(chunk);
      yield chunk;
    }
    if (length !== null && size !== length)
      throw new Error(`${toPlainAddress(url)} ended after ${size} of ${length} bytes`);
    const got = hash?.digest("hex") ?? null;
    if (got !== md5?.toLowerCase() && md5 !== null)
      throw new Error(`${toPlainAddress(url)} has the MD5 ${got}, not the announced ${md5}`);
  }
  return {
    body: Readable.from(checked(), { objectMode: false }),
    contentType: headers["content-type"]?.split(";")[0] ?? "application/octet-stream",
    get receivedBytes() {
      return size;
    },
  };
}
