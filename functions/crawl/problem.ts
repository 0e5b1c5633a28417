import type { Response } from "@google-cloud/functions-framework";
import type { ZodError } from "zod";
import { log } from "#shared/log.ts";

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  502: "Bad Gateway",
};

/**
 * Answers an error in the form of RFC 9457. `problems` has each thing that is wrong, `detail` all of them in
 * one line; `more` are the members of this kind of problem alone.
 */
export function sendProblem(
  response: Response,
  status: number,
  problems: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): void {
  log.requestRefused({ status, problems });
  const title = titles[status] ?? "Error";
  const detail = problems.join("; ");
  const body = { type: "about:blank", title, status, detail, problems, ...more };
  response.status(status).type("application/problem+json").send(JSON.stringify(body));
}

/** Every problem that zod found, by the name of its key. */
export const toProblems = (error: ZodError): string[] =>
  error.issues.flatMap((issue) => {
    const path = issue.path.join(".");
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => `${[path, key].filter(Boolean).join(".")}: no such key`);
    return [[path, issue.message].filter(Boolean).join(": ")];
  });
