import type { Request, Response } from "@google-cloud/functions-framework";
import { type CrawlConfig, oauthSettings } from "#shared/config.ts";
import { PermanentError } from "#shared/errors.ts";
import { describe, log } from "#shared/log.ts";
import { crawl, sinceOf, toKey } from "./crawl.ts";
import { dryRun } from "./dry-run.ts";
import type { CrawlEdges } from "./edges.ts";
import { type CrawlPlan, type CrawlTrigger, planCrawl } from "./plan.ts";
import { sendProblem, toProblems } from "./problem.ts";
import { CrawlRequest } from "./request.ts";

const bodyLimitBytes = 64 * 1024;

/**
 * `POST /` with a JSON body (none is `{}`) runs a crawl and answers its report: 200 when it is complete or
 * partial, 500 when it failed, so that the scheduler tries again, 409 when one of the same query is running.
 * `GET /crawls/{id}` answers the report as it is now. Errors are in the form of RFC 9457.
 */
export function handleCrawl(config: CrawlConfig, edges: CrawlEdges) {
  return async (request: Request, response: Response): Promise<void> => {
    const [, crawlId] = /^\/crawls\/([^/]+)\/?$/.exec(request.path) ?? [];
    if (request.path !== "/" && crawlId === undefined)
      return sendProblem(response, 404, [
        "there is POST / to start a crawl and GET /crawls/{id} to look at one",
      ]);
    const method = crawlId === undefined ? "POST" : "GET";
    if (request.method !== method) {
      response.setHeader("allow", method);
      return sendProblem(response, 405, [`${request.path} takes ${method} only`]);
    }
    try {
      if (crawlId !== undefined) await showCrawl(edges, response, crawlId);
      else await startCrawl(config, edges, request, response);
    } catch (error) {
      log.requestFailed(error);
      sendProblem(response, 500, [describe(error)]);
    }
  };
}

async function showCrawl({ crawls }: CrawlEdges, response: Response, crawlId: string) {
  const name = /^[\w-]{1,100}$/.test(crawlId) ? crawlId : null;
  const document = name === null ? null : await crawls.read(name);
  if (document === null) return sendProblem(response, 404, [`there is no crawl ${crawlId}`]);
  const { schemaVersion: _, ...report } = document;
  response.setHeader("cache-control", "no-store");
  response.status(200).json(report);
}

async function startCrawl(
  config: CrawlConfig,
  edges: CrawlEdges,
  request: Request,
  response: Response,
): Promise<void> {
  const size = request.rawBody?.length ?? 0;
  if (size > bodyLimitBytes)
    return sendProblem(response, 413, [
      `the body has ${size} bytes, it may have ${bodyLimitBytes}`,
    ]);
  // A body without a type is not read by the framework; it must not pass for none.
  const isUnread = size === 0 && Number(request.get("content-length") ?? 0) > 0;
  if (isUnread || (size > 0 && request.is("application/json") === false))
    return sendProblem(response, 415, ["send application/json"]);
  const parsed = CrawlRequest.safeParse(size === 0 ? {} : request.body);
  if (!parsed.success) return sendProblem(response, 400, toProblems(parsed.error));
  const missing = missingSettings(config, parsed.data);
  if (missing.length > 0) return sendProblem(response, 400, missing);

  const plan = planCrawl(config, parsed.data, trigger(request));
  if (parsed.data.dryRun === true) return answerDryRun(edges, plan, response);
  const outcome = await crawl(edges, plan);
  if ("crawlId" in outcome) {
    const { crawlId, expiresAt } = outcome;
    response.setHeader(
      "retry-after",
      String(Math.max(1, Math.ceil((expiresAt - edges.clock.now()) / 1000))),
    );
    return sendProblem(response, 409, [`crawl ${crawlId} of the same query is running`], {
      crawl_id: crawlId,
    });
  }
  response.status(outcome.status === "failed" ? 500 : 200).json(outcome);
}

/** What the request asks for and the environment does not allow. */
function missingSettings(config: CrawlConfig, { manifest, format }: CrawlRequest): string[] {
  const problems: string[] = [];
  if (manifest !== undefined && config.REFERENCES_BUCKET === undefined)
    problems.push("manifest: needs REFERENCES_BUCKET, which is not set");
  if (format === "original")
    for (const name of oauthSettings)
      if (config[name] === undefined)
        problems.push(`format: original needs ${name}, which is not set`);
  return problems;
}

async function answerDryRun(edges: CrawlEdges, plan: CrawlPlan, response: Response): Promise<void> {
  try {
    const mark = await edges.crawls.mark(toKey(plan));
    response.status(200).json(await dryRun(edges, plan, sinceOf(plan, mark)));
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    sendProblem(response, 502, [error.message], { reason: error.reason });
  }
}

/**
 * Cloud Scheduler marks its requests (https://cloud.google.com/scheduler/docs/reference/rpc, HttpTarget);
 * the local run marks its own.
 */
function trigger(request: Request): CrawlTrigger {
  if (request.get("x-cloudscheduler") === "true") return "schedule";
  return request.get("x-earmark-trigger") === "local" ? "local" : "http";
}
