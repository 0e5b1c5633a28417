import { type IncomingMessage, type ServerResponse } from "node:http";
import { ApiError, toErrorBody } from "./errors.ts";

/** An HTTP status to answer, or "reset" to cut the connection. */
export type Fault = number | "reset";

export interface Faults {
  /** Lets the next `times` requests (1), or those whose `METHOD /path` fits `where`, fail. */
  failNext(fault: Fault, times?: number, where?: RegExp): void;
  /** Whether a fault was due and has answered the request. */
  hit(request: IncomingMessage, response: ServerResponse): boolean;
}

export function createFaults(): Faults {
  const due: { fault: Fault; times: number; where: RegExp }[] = [];
  return {
    failNext(fault, times = 1, where = /^/) {
      due.push({ fault, times, where });
    },
    hit(request, response) {
      const line = `${request.method ?? ""} ${request.url ?? ""}`;
      const next = due.find(({ where }) => where.test(line));
      if (next === undefined) return false;
      next.times -= 1;
      if (next.times <= 0) due.splice(due.indexOf(next), 1);
      if (next.fault === "reset") request.socket.destroy();
      else {
        const reason = next.fault === 503 ? "backendError" : "injected";
        const error = new ApiError(next.fault, reason, `Injected failure ${next.fault}`);
        response.writeHead(next.fault, { "Content-Type": "application/json; charset=UTF-8" });
        response.end(JSON.stringify(toErrorBody(error)));
      }
      return true;
    },
  };
}
