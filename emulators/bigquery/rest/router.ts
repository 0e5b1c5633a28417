import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { readBody } from "../../emulator.ts";
import type { Store } from "../store/store.ts";
import type { Jobs } from "./job-store.ts";
import { ApiError, invalid } from "./api-error.ts";
import type { ObjectStorage } from "./object-storage.ts";

/** One request, parsed: `path` holds the named parts of the URL. */
export interface Call {
  readonly store: Store;
  readonly jobs: Jobs;
  /** Where load and extract jobs find objects; undefined when the emulator was started without. */
  readonly storage: ObjectStorage | undefined;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly raw: Buffer;
  readonly contentType: string;
  readonly baseUrl: string;
  header(name: string): string | undefined;
}

/** An answer with a status and headers of its own; what other handlers give is the body of a 200. */
export class Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;

  constructor(status: number, headers: Readonly<Record<string, string>>, body: unknown) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

type Handler = (call: Call) => unknown;

/** `GET /projects/:project/datasets` → its handler. */
export type Routes = Readonly<Record<string, Handler>>;

interface Match {
  readonly handler: Handler;
  readonly path: Record<string, string>;
}

/** A function that finds the handler of a method and path; undefined where there is none. */
export function compile(routes: Routes): (method: string, path: string) => Match | undefined {
  const compiled = Object.entries(routes).map(([route, handler]) => {
    const [method = "", pattern = ""] = route.split(" ");
    const source = pattern.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)");
    return { method, expression: new RegExp(`^${source}$`), handler };
  });
  return (method, path) => {
    for (const { method: wanted, expression, handler } of compiled) {
      const groups = wanted === method ? expression.exec(path) : null;
      if (groups === null) continue;
      const parts = Object.entries(groups.groups ?? {}).map(
        ([name, value]) => [name, decode(value)] as const,
      );
      return { handler, path: Object.fromEntries(parts) };
    }
    return undefined;
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid(`Invalid URL: ${part} is not percent-encoded UTF-8`);
  }
}

const bodyLimitBytes = 256 * 1024 * 1024;

export async function readRequest(
  request: IncomingMessage,
): Promise<{ raw: Buffer; body: Readonly<Record<string, unknown>> }> {
  const received = await readBody(request, bodyLimitBytes).catch((cause: unknown) => {
    throw new ApiError(
      413,
      "invalid",
      "Request payload size exceeds the limit",
      cause instanceof Error ? cause.message : undefined,
    );
  });
  const raw = request.headers["content-encoding"] === "gzip" ? gunzip(received) : received;
  const isJson = (request.headers["content-type"] ?? "").startsWith("application/json");
  if (!isJson || raw.length === 0) return { raw, body: {} };
  return { raw, body: parseObject(raw) };
}

function gunzip(received: Buffer): Buffer {
  try {
    return gunzipSync(received, { maxOutputLength: bodyLimitBytes });
  } catch (cause) {
    throw invalid(`The body is no gzip that can be read: ${messageOf(cause)}`);
  }
}

/** The JSON object that bytes are. */
export function parseObject(raw: Buffer): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(raw.toString("utf8"));
  } catch (cause) {
    throw invalid(`Invalid JSON payload received: ${messageOf(cause)}`);
  }
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed))
    return parsed as Record<string, unknown>;
  throw invalid("Invalid JSON payload received: an object is expected");
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : "");

/** A page of a list by offset; the token is the offset of the next one. */
export function page<T>(
  items: readonly T[],
  query: URLSearchParams,
  standard = 50_000,
): { items: T[]; nextPageToken?: string } {
  const { start, end, nextPageToken } = pageBounds(items.length, query, standard);
  return {
    items: items.slice(start, end),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

/** Which of so many items a request asks for. */
export function pageBounds(
  count: number,
  query: URLSearchParams,
  standard: number,
  most = Infinity,
): { start: number; end: number; nextPageToken?: string } {
  const start = Number(query.get("pageToken") ?? query.get("startIndex") ?? 0);
  const size = query.get("maxResults") === null ? standard : Number(query.get("maxResults"));
  if (!Number.isInteger(start) || start < 0) throw invalid("Invalid value for pageToken");
  if (!Number.isInteger(size) || size < 0) throw invalid("Invalid value for maxResults");
  const end = start + Math.min(size, most);
  return { start, end, ...(end < count && size > 0 ? { nextPageToken: String(end) } : {}) };
}

/** The parts of an object that are there. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Whether a request says something here: clients write empty lists and objects for what is not set. */
export const hasContent = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== "" &&
  (typeof value !== "object" || Object.keys(value).length > 0);
