import { type IncomingHttpHeaders } from "node:http";
import { invalid } from "./errors.ts";
import { type ObjectStore } from "./store.ts";

/** A whole request, read before a handler runs, so that a handler is synchronous and atomic. */
export interface Call {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Where the client reached us, for links in answers. */
  readonly origin: string;
  /** The decoded variables of the matched path. */
  readonly path: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** An object is sent as JSON. */
  readonly body?: Buffer | string | object;
}

export type Handler = (store: ObjectStore, call: Call) => Answer;

export const ok = (body: object): Answer => ({ status: 200, body });
export const noContent: Answer = { status: 204 };

/** The request's JSON object; an empty body is an empty object. Throws 400 for anything else. */
export function jsonBody(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw invalid(`Parse Error: ${String(error)}`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw invalid("Parse Error: the body must be a JSON object.");
  return parsed as Record<string, unknown>;
}
