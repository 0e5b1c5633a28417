import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What every local server offers: where it listens, and a way to end it. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Ends the server and every open connection; safe to call twice. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** TCP port; 0 (the default) takes any free one. */
  readonly port?: number;
}

/** Serves `handler` on 127.0.0.1. Rejects with `PortTakenError` when the port is in use. */
export async function listen(
  handler: RequestListener,
  { port = 0 }: ListenOptions = {},
): Promise<Emulator> {
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new PortTakenError(port, { cause: error }) : error),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = (server.address() as AddressInfo).port; // a listening TCP server has one
  return { url: `http://127.0.0.1:${bound}`, port: bound, close: () => end(server) };
}

export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
  constructor(port: number, options?: ErrorOptions) {
    super(`port ${port} is taken: stop what listens there or choose another port`, options);
  }
}

/** The whole request body. Rejects when it is longer than `limitBytes`. */
export async function readBody(request: IncomingMessage, limitBytes = Infinity): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw new RangeError(`request body over ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function end(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
