import type { ServerResponse } from "node:http";
import type { ZodError } from "zod";
import { log } from "#shared/log.ts";

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

/**
 * Answers an error in the form of RFC 9457. `problems` has each thing that is wrong, `detail` all of them in
 * one line; `more` are the members of this kind of problem alone.
 */
export function sendProblem(
  response: ServerResponse,
  status: number,
  problems: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): void {
  log.requestRefused({ status, problems });
  const title = titles[status] ?? "Error";
  const detail = problems.join("; ");
  const body = { ...more, type: "about:blank", title, status, detail, problems };
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify(body));
}

/** Every problem that zod found, by the name of its key. */
export const toProblems = (error: ZodError): string[] =>
  error.issues.flatMap((issue) => {
    const path = issue.path.join(".");
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => `${[path, key].filter(Boolean).join(".")}: no such key`);
    return [[path, issue.message].filter(Boolean).join(": ")];
  });
