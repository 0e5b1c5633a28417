import { subscribe } from "node:diagnostics_channel";
import { Server } from "node:http";
import type { Request, Response } from "@google-cloud/functions-framework";
import { describe } from "#shared/log.ts";
import { sendProblem } from "./problem.ts";

type NextFunction = (error: unknown) => void;

/** The part of an Express application that is used here. */
interface Application {
  use(
    handler: (error: unknown, request: Request, response: Response, next: NextFunction) => void,
  ): void;
}

/**
 * Answers bodies that cannot be read as every other error is answered. The framework reads a body before it
 * calls the function, and leaves those that are no JSON to Express, which answers with a page; its application
 * can be reached only through the server, from the first request on.
 */
export function answerBrokenBodies(): void {
  const known = new WeakSet<Server>();
  subscribe("http.server.request.start", (message) => {
    const server =
      typeof message === "object" && message !== null && "server" in message && message.server;
    if (!(server instanceof Server) || known.has(server)) return;
    known.add(server);
    for (const listener of server.listeners("request"))
      if (isApplication(listener)) listener.use(answerBrokenBody);
  });
}

const isApplication = (listener: object): listener is Application =>
  "use" in listener && typeof listener.use === "function";

function answerBrokenBody(
  error: unknown,
  _request: Request,
  response: Response,
  next: NextFunction,
): void {
  const status =
    typeof error === "object" && error !== null && "status" in error ? Number(error.status) : 500;
  if (response.headersSent || !(status >= 400 && status < 500)) return next(error);
  sendProblem(response, status, [`the body cannot be read: ${describe(error)}`]);
}
