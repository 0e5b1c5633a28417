import type { Request, Response } from "@google-cloud/functions-framework";
import type { ZodError } from "zod";
import type { CrawlConfig } from "#shared/config.ts";
import { log } from "#shared/log.ts";
import { crawl, type CrawlEdges } from "./crawl.ts";
import { CrawlRequest, type CrawlTrigger, planCrawl } from "./request.ts";

const bodyLimitBytes = 64 * 1024;

/**
 * `POST /` with a JSON body (none is `{}`) runs a crawl and answers its report: 200 when it is complete, 500
 * when it failed, so that the scheduler tries again. Errors are in the form of RFC 9457.
 */
export function handleCrawl(config: CrawlConfig, edges: CrawlEdges) {
  return async (request: Request, response: Response): Promise<void> => {
    if (request.method !== "POST") {
      response.setHeader("allow", "POST");
      return refuse(response, 405, "Method Not Allowed", ["start a crawl with POST /"]);
    }
    if ((request.rawBody?.length ?? 0) > bodyLimitBytes)
      return refuse(response, 413, "Content Too Large", [
        `the body may have ${bodyLimitBytes} bytes`,
      ]);
    const empty = (request.rawBody?.length ?? 0) === 0;
    if (!empty && request.is("application/json") === false)
      return refuse(response, 415, "Unsupported Media Type", ["send application/json"]);
    const parsed = CrawlRequest.safeParse(empty ? {} : request.body);
    if (!parsed.success) return refuse(response, 400, "Bad Request", toProblems(parsed.error));

    const report = await crawl(edges, planCrawl(config, parsed.data, trigger(request)));
    response.status(report.status === "failed" ? 500 : 200).json(report);
  };
}

/**
 * Cloud Scheduler marks its requests (https://cloud.google.com/scheduler/docs/reference/rpc, HttpTarget);
 * the local run marks its own.
 */
function trigger(request: Request): CrawlTrigger {
  if (request.get("x-cloudscheduler") === "true") return "schedule";
  return request.get("x-earmark-trigger") === "local" ? "local" : "http";
}

const toProblems = (error: ZodError) =>
  error.issues.map((issue) => [issue.path.join("."), issue.message].filter(Boolean).join(": "));

function refuse(response: Response, status: number, title: string, problems: string[]): void {
  log.requestRefused({ status, problems });
  const body = { type: "about:blank", title, status, detail: problems.join("; "), problems };
  response.status(status).type("application/problem+json").send(JSON.stringify(body));
}
