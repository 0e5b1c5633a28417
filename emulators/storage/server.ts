import { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { readBody } from "../emulator.ts";
import { type Answer } from "./call.ts";
import { ApiError, notImplemented, toErrorBody } from "./errors.ts";
import { type Faults } from "./faults.ts";
import { RangeError416 } from "./media.ts";
import { type Route, matchRoute } from "./router.ts";
import { type ObjectStore } from "./store.ts";

/** Reads a request whole, answers it in one synchronous step, and turns errors into the API's shape. */
export function createListener(
  store: ObjectStore,
  routes: readonly Route[],
  faults: Faults,
): RequestListener {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request);
    if (!faults.hit(request, response))
      send(response, request, answer(request, body, store, routes));
  };
  return (request, response) => {
    // Only a client that went away makes this fail: there is nobody left to answer.
    serve(request, response).catch((error: Error) => response.destroy(error));
  };
}

function answer(
  request: IncomingMessage,
  body: Buffer,
  store: ObjectStore,
  routes: readonly Route[],
): Answer {
  const { method = "GET", headers } = request;
  const origin = `http://${headers.host ?? "127.0.0.1"}`;
  const url = new URL(`${origin}${request.url ?? "/"}`);
  try {
    if (encryptionHeaders.some((name) => headers[name] !== undefined))
      throw notImplemented("customer-supplied encryption keys");
    const { handler, path } = matchRoute(routes, methodOf(method), canonicalPath(url.pathname));
    return handler(store, { method, query: url.searchParams, headers, body, origin, path });
  } catch (error) {
    return toAnswer(error, isMedia(url));
  }
}

const encryptionHeaders = [
  "x-goog-encryption-algorithm",
  "x-goog-copy-source-encryption-algorithm",
];

/** With STORAGE_EMULATOR_HOST the client leaves `/storage/v1` out, with `apiEndpoint` it does not. */
const canonicalPath = (pathname: string) =>
  /^\/(b|projects)(\/|$)/.test(pathname) ? `/storage/v1${pathname}` : pathname;

const methodOf = (method: string) => (method === "HEAD" ? "GET" : method);

const isMedia = (url: URL) =>
  url.searchParams.get("alt") === "media" || url.pathname.startsWith("/download/");

function toAnswer(error: unknown, asText: boolean): Answer {
  if (!(error instanceof ApiError)) {
    console.error("storage emulator:", error);
    return toAnswer(
      new ApiError(500, "internalError", `Emulator defect: ${String(error)}`),
      asText,
    );
  }
  if (error.status === 304) return { status: 304 };
  const headers = error instanceof RangeError416 ? { "Content-Range": error.contentRange } : {};
  // Failed downloads answer with plain text, everything else with JSON.
  return asText
    ? {
        status: error.status,
        headers: { ...headers, "Content-Type": "text/html; charset=UTF-8" },
        body: error.message,
      }
    : { status: error.status, headers, body: toErrorBody(error) };
}

function send(
  response: ServerResponse,
  request: IncomingMessage,
  { status, headers, body }: Answer,
) {
  const isBytes = typeof body === "string" || Buffer.isBuffer(body);
  const payload = body === undefined || isBytes ? (body ?? "") : JSON.stringify(body);
  response.writeHead(status, {
    ...(body !== undefined && !isBytes
      ? { "Content-Type": "application/json; charset=UTF-8" }
      : {}),
    ...(status === 204 || status === 304 ? {} : { "Content-Length": Buffer.byteLength(payload) }),
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : payload);
}
