import type { Request, Response } from "@google-cloud/functions-framework";
import type { CrawlConfig } from "#shared/config.ts";
import { PermanentError } from "#shared/errors.ts";
import { describe, log } from "#shared/log.ts";
import { crawl, sinceOf, toKey } from "./crawl.ts";
import { dryRun } from "./dry-run.ts";
import type { CrawlEdges } from "./edges.ts";
import { type CrawlPlan, type CrawlTrigger, planCrawl } from "./plan.ts";
import { sendProblem } from "./problem.ts";
import { parseRequest } from "./request.ts";

/** What only the source can tell to be wrong with a request, by the key that it is about. */
const requestFaults: Readonly<Record<string, string>> = {
  "bad-filter": "filter",
  "bad-manifest": "manifest",
  "no-manifest": "manifest",
};

/**
 * `POST /` with a JSON body (none is `{}`) runs a crawl and answers its report: 200 when it is complete or
 * partial, 500 when it failed, so that the scheduler tries again, 422 when what it asks for cannot be had, 409 when
 * one of the same query is running.
 * `GET /crawls/{id}` answers the report as it is now. Errors are in the form of RFC 9457.
 */
export function handleCrawl(config: CrawlConfig, edges: CrawlEdges) {
  return async (request: Request, response: Response): Promise<void> => {
    const [, crawlId] = /^\/crawls\/([^/]+)\/?$/.exec(request.path) ?? [];
    if (request.path !== "/" && crawlId === undefined)
      return sendProblem(response, 404, [
        "there is POST / to start a crawl and GET /crawls/{id} to look at one",
      ]);
    const methods = crawlId === undefined ? ["POST"] : ["GET", "HEAD"];
    if (!methods.includes(request.method)) {
      const allow = methods.join(", ");
      response.setHeader("allow", allow);
      return sendProblem(response, 405, [`${request.path} takes ${allow} only`]);
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
  // Firestore keeps names with underscores at both ends for itself.
  const name = /^[A-Za-z0-9][\w-]{0,99}$/.test(crawlId) ? crawlId : null;
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
  const problem = typeProblem(request);
  if (problem !== null) return sendProblem(response, 415, [problem]);
  const body = parseBody(request.rawBody);
  if (body === undefined)
    return sendProblem(response, 400, ["the body cannot be read: it is not JSON in UTF-8"]);
  const { problems: wrong, data } = parseRequest(config, body);
  if (data === null) return sendProblem(response, 400, wrong);

  const plan = planCrawl(config, data, trigger(request));
  if (data.dryRun === true) return answerDryRun(edges, plan, response);
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
  if (outcome.status !== "failed") return void response.status(200).json(outcome);
  const { status: crawl_status, ...report } = outcome;
  const key = requestFaults[report.error_reason ?? ""];
  const error = report.error ?? "the crawl failed";
  const problems = [key === undefined ? error : `${key}: ${error}`];
  sendProblem(response, key === undefined ? 500 : 422, problems, { ...report, crawl_status });
}

/** Why a body's type cannot be taken; null when it can, or when there is no body. */
function typeProblem(request: Request): string | null {
  if ((request.rawBody?.length ?? 0) === 0) return null;
  if (!/^application\/json\s*(;|$)/i.test(request.get("content-type") ?? ""))
    return "send application/json";
  if (!/^[^;]*(;\s*charset="?utf-8"?\s*)?$/i.test(request.get("content-type") ?? ""))
    return "send JSON in UTF-8";
  if (!/^(identity)?$/i.test(request.get("content-encoding") ?? ""))
    return "send the body uncompressed";
  return null;
}

/** The JSON of a body, `{}` for none; undefined for what is no JSON. */
function parseBody(bytes: Buffer | undefined): unknown {
  if (bytes === undefined || bytes.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

async function answerDryRun(edges: CrawlEdges, plan: CrawlPlan, response: Response): Promise<void> {
  try {
    const mark = await edges.crawls.mark(toKey(plan));
    response.status(200).json(await dryRun(edges, plan, sinceOf(plan, mark)));
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const { reason, message } = error;
    const key = requestFaults[reason];
    if (key !== undefined) return sendProblem(response, 422, [`${key}: ${message}`], { reason });
    sendProblem(response, reason === "quota-exhausted" ? 503 : 502, [message], { reason });
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
