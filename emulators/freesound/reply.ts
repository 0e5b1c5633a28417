import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** An answer other than 200; the body is `{"detail": …}`, as for every error of the API. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

export const notFound = () => new ApiError(404, "Not found");

/** How an answer's way to the client is disturbed. */
export interface Disturbance {
  /** Waits this long before the first byte. */
  readonly delayMs?: number;
  /** Sends at most so many bytes a second. */
  readonly bytesPerSecond?: number;
  /**
   * What happens after `afterBytes` of the body: it stops for good with the connection open, the connection is reset,
   * the connection ends although more was announced, or the body is simply shorter and announced so.
   */
  readonly cut?: "stall" | "reset" | "truncate" | "shorten";
  /** Default: half of the body; 0 cuts before the headers, too. */
  readonly afterBytes?: number;
}

/** Bytes, or how to open a stream of them: one that nobody reads is never opened. */
type Body = Buffer | (() => Readable);

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `lengthBytes` is announced as Content-Length; a HEAD request gets no more than that. */
  readonly body: Body;
  readonly lengthBytes: number;
}

/** An answer as JSON. */
export function json(
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    status,
    headers: { "Content-Type": "application/json", ...headers },
    body: bytes,
    lengthBytes: bytes.length,
  };
}

/** An answer as a page of text, such as web servers give outside the API. */
export function page(status: number, text: string, headers: Record<string, string> = {}): Answer {
  const bytes = Buffer.from(`<html><body><h1>${text}</h1></body></html>\n`);
  return {
    status,
    headers: { "Content-Type": "text/html", ...headers },
    body: bytes,
    lengthBytes: bytes.length,
  };
}

/** Sends an answer and resolves with the bytes of body sent. A body shorter than announced ends the connection. */
export async function send(
  response: ServerResponse,
  { status, headers, body, lengthBytes }: Answer,
  { delayMs = 0, bytesPerSecond = Infinity, cut, afterBytes }: Disturbance = {},
): Promise<number> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  if (delayMs > 0) await sleep(delayMs, undefined, { signal: gone.signal });
  const wanted = cut === undefined ? lengthBytes : (afterBytes ?? Math.floor(lengthBytes / 2));
  const limit = Math.min(wanted, lengthBytes);
  const withHeaders = cut === undefined || cut === "shorten" || limit > 0;
  if (withHeaders) {
    const announced = cut === "shorten" ? limit : lengthBytes;
    const length = status === 304 ? {} : { "Content-Length": String(announced) };
    response.writeHead(status, { ...headers, ...length });
    response.flushHeaders();
  }
  let sent = 0;
  if (response.req.method !== "HEAD")
    for await (const chunk of pieces(body, limit, bytesPerSecond)) {
      if (sent > 0 && bytesPerSecond < Infinity)
        await sleep(1000 * (chunk.length / bytesPerSecond), undefined, { signal: gone.signal });
      await write(response, chunk, gone.signal);
      sent += chunk.length;
    }
  if (cut === "stall") await new Promise((resolve) => response.once("close", resolve));
  else if (cut === "reset") response.socket?.resetAndDestroy();
  else if (sent < lengthBytes && cut !== "shorten" && response.req.method !== "HEAD")
    response.socket?.end(); // never a keep-alive connection on which a client waits for the rest
  else response.end();
  return sent;
}

async function* pieces(body: Body, limit: number, bytesPerSecond: number) {
  const largest = bytesPerSecond < Infinity ? Math.max(1, Math.floor(bytesPerSecond / 10)) : limit;
  let left = limit;
  if (left === 0) return;
  for await (const chunk of Buffer.isBuffer(body) ? [body] : (body() as AsyncIterable<Buffer>))
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + Math.min(largest, left));
      yield piece;
      at += piece.length;
      left -= piece.length;
      if (left === 0) return; // which closes the stream
    }
}

function write(response: ServerResponse, chunk: Buffer, gone: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(gone.reason as Error);
    if (gone.aborted) return stop();
    gone.addEventListener("abort", stop, { once: true });
    response.write(chunk, (error) => {
      gone.removeEventListener("abort", stop);
      if (error) reject(error);
      else resolve();
    });
  });
}
