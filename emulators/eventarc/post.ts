import { request } from "node:http";

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export interface PostOptions {
  /** How long the whole answer may take, in real milliseconds. */
  readonly timeoutMs: number;
  /** Gives the request up. */
  readonly signal: AbortSignal;
}

/**
 * POSTs to a local server and reads the whole answer. Rejects when there is none in time, when the
 * connection is refused or cut, or when `signal` says so. `fetch` would not do: it gives up by
 * itself after five minutes, and a function may work longer. Each call has its own connection, so
 * a server that was killed leaves no stale one behind.
 */
export function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
  { timeoutMs, signal }: PostOptions,
): Promise<Reply> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const payload = Buffer.from(body ?? "");
  return new Promise<Reply>((resolve, reject) => {
    const fail = (error: Error) =>
      reject(timeout.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error);
    const outgoing = request(url, {
      method: "POST",
      headers: { ...headers, "content-length": String(payload.length) },
      agent: false,
      signal: AbortSignal.any([signal, timeout]),
    });
    outgoing.on("error", fail);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.end(payload);
  });
}

/** Throws what is wrong with a target that is no local HTTP URL. */
export function checkTarget(url: string): void {
  if (URL.parse(url)?.protocol !== "http:")
    throw new TypeError(
      `${JSON.stringify(url)} is no target: give a URL like http://127.0.0.1:8080`,
    );
}
