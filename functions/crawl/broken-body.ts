import { subscribe } from "node:diagnostics_channel";
import { type IncomingMessage, type RequestListener, Server, type ServerResponse } from "node:http";
import { describe, log } from "#shared/log.ts";
import { sendProblem } from "./problem.ts";

/** Longest body of a request: settings are short, and nothing longer is ever held. */
const bodyLimitBytes = 64 * 1024;

/**
 * Reads each body before the framework does, and answers those that are too long, or whose address cannot be
 * read, as every other error is answered. The framework takes a gigabyte and parses what it takes before it calls
 * the function, and leaves errors to Express, which answers with a page; what has been read it passes over. Its
 * application can be reached only through the server, from the first request on.
 */
export function answerBrokenBodies(): void {
  const known = new WeakSet<Server>();
  subscribe("http.server.request.start", (message) => {
    const server =
      typeof message === "object" && message !== null && "server" in message && message.server;
    if (!(server instanceof Server) || known.has(server)) return;
    known.add(server);
    for (const listener of server.listeners("request")) {
      if (!isApplication(listener)) continue;
      server.off("request", listener);
      server.on("request", (request: IncomingMessage & { rawBody?: Buffer }, response) => {
        admit(request, response, listener).catch((error: unknown) => {
          log.requestFailed(error); // the client has gone before its body was whole
          response.destroy();
        });
      });
    }
  });
}

/** The framework's server listens with its Express application. */
const isApplication = (listener: object): listener is RequestListener =>
  typeof listener === "function" && "use" in listener && typeof listener.use === "function";

async function admit(
  request: IncomingMessage & { rawBody?: Buffer },
  response: ServerResponse,
  application: RequestListener,
): Promise<void> {
  const [path = ""] = request.url?.split("?") ?? [];
  try {
    decodeURIComponent(path);
  } catch (error) {
    return sendProblem(response, 400, [`the address ${path} cannot be read: ${describe(error)}`]);
  }
  const body = await readBody(request);
  if (body === null)
    return sendProblem(response, 413, [`the body is longer than ${bodyLimitBytes} bytes`]);
  request.rawBody = body;
  application(request, response);
}

/** The bytes of a body; null as soon as it is known to be too long: what still comes is thrown away. */
function readBody(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers["content-length"] ?? 0) > bodyLimitBytes) resolve(null);
    let size = 0;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > bodyLimitBytes) resolve(null);
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
  });
}
