import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type Authenticators, authenticate } from "./auth.ts";
import type { Credential } from "./credentials.ts";
import { disturbanceOf, type Fault, type Faults, throwFault } from "./faults.ts";
import { originalAnswer, previewAnswer } from "./files.ts";
import { answerList } from "./lists.ts";
import { answerAuthorize, answerToken } from "./oauth-pages.ts";
import type { Quota, QuotaKeeper } from "./quota.ts";
import { type Answer, ApiError, json, page, send } from "./reply.ts";
import type { RequestKind, RequestLog, RequestRecord } from "./requests.ts";
import { search, type SearchEngine } from "./search/search.ts";
import { defaultInstanceFields, previewPath, serialize } from "./serialize.ts";
import type { Sound } from "./sound.ts";

export interface Service extends Authenticators, Omit<SearchEngine, "isNull"> {
  readonly requests: RequestLog;
  readonly faults: Faults;
  readonly quota: Quota | undefined;
  readonly quotaKeeper: QuotaKeeper;
  /** Which results of a search are answered as null, given the fault of its request. */
  readonly nulls: (fault: Fault | undefined) => (index: number) => boolean;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly route: Route;
  readonly fault: Fault | undefined;
}

interface Route {
  readonly kind: RequestKind;
  readonly soundId?: number;
  /** The rest of the path that a handler needs. */
  readonly rest?: string;
}

const paths: readonly (readonly [RegExp, RequestKind])[] = [
  [/^\/apiv2\/search\/(?:text\/)?$/, "search"],
  [/^\/apiv2\/sounds\/(\d+)\/$/, "sound"],
  [/^\/apiv2\/sounds\/(\d+)\/download\/$/, "download"],
  [/^\/apiv2\/sounds\/(\d+)\/download\/link\/$/, "download-link"],
  [/^\/previews\/\d+\/(\d+)_[^/]*$/, "preview"],
  [/^\/apiv2\/download\/()([^/]+)\/$/, "linked-download"],
  [/^\/apiv2\/oauth2\/authorize\/$/, "authorize"],
  [/^\/apiv2\/oauth2\/access_token\/$/, "token"],
  [/^\/apiv2\//, "api"],
];

/** What Freesound derives from a sound by analysis: 404 where it has not done that. */
const derived = /^\/apiv2\/sounds\/\d+\/(?:analysis|similar)\/$/;

/** Answers every request; each is logged before it is answered. */
export function routes(service: Service): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? "/", service.baseUrl);
    const route = findRoute(url.pathname);
    const record = recordOf(request, url, route, service.clock());
    service.requests.add(record);
    handle(service, request, response, url, route, record).catch((error: unknown) => {
      // The client has gone, or the file broke off under way: there is nobody left to tell.
      response.destroy(error as Error);
    });
  };
}

async function handle(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  route: Route,
  record: RequestRecord,
): Promise<void> {
  const fault = service.faults.take(route.kind);
  record.fault = fault && String(fault.kind);
  let answer: Answer;
  try {
    answer = await answerOf(service, { request, url, route, fault });
  } catch (error) {
    answer = toAnswer(error);
  }
  const disturbance = fault && disturbanceOf(fault);
  if (disturbance?.afterBytes !== 0) record.status = answer.status;
  record.bytes = await send(response, answer, disturbance);
}

async function answerOf(service: Service, exchange: Exchange): Promise<Answer> {
  const { request, url, route, fault } = exchange;
  if (route.kind === "other") return page(404, "404 Not Found");
  if (route.kind === "authorize") return answerAuthorize(service.oauth, url);
  if (route.kind === "token") {
    if (fault) throwFault(fault, service.quota);
    return answerToken(service.oauth, request, url);
  }
  if (request.method !== "GET" && request.method !== "HEAD")
    throw new ApiError(405, `Method "${request.method}" not allowed.`, {
      Allow: "GET, HEAD, OPTIONS",
    });
  if (route.kind === "preview") return preview(service, exchange);
  if (route.kind === "linked-download") {
    if (fault) throwFault(fault, service.quota);
    return originalAnswer(knownSound(service, service.oauth.soundOfLink(route.rest ?? "")));
  }
  const bearerOnly = route.kind === "download" || route.kind === "download-link";
  const credential = authenticate(request, url.searchParams, service, { bearerOnly });
  service.quotaKeeper.take(credential.clientId);
  if (fault) throwFault(fault, service.quota);
  return metered(service, exchange, credential);
}

/** What a key's quota pays for. */
async function metered(
  service: Service,
  { url, route, fault }: Exchange,
  credential: Credential,
): Promise<Answer> {
  const { oauth, baseUrl, headers } = service;
  if (route.kind === "search") {
    const engine = { ...service, isNull: service.nulls(fault) };
    return json(await search(engine, url.searchParams));
  }
  if (route.kind === "api") {
    if (!url.pathname.endsWith("/")) return page(301, "301", { Location: withSlash(url) });
    if (derived.test(url.pathname))
      throw new ApiError(404, "Not found. The local server has analysed no sound.");
    const answer = answerList(service, url);
    if (answer !== undefined) return json(await answer);
    throw new ApiError(501, `${url.pathname} is not emulated`);
  }
  const sound = knownSound(service, route.soundId);
  if (route.kind === "download") return originalAnswer(sound);
  if (route.kind === "download-link")
    return json({
      download_link: `${baseUrl}/apiv2/download/${oauth.linkFor(sound.id, credential)}/`,
    });
  const fields = url.searchParams.get("fields");
  return json(
    await serialize({ sound, baseUrl, headers, score: null }, fields, defaultInstanceFields),
  );
}

async function preview(
  service: Service,
  { request, url, route, fault }: Exchange,
): Promise<Answer> {
  if (fault?.kind === "not-found") return page(404, "404 Not Found");
  if (typeof fault?.kind === "number") return page(fault.kind, String(fault.kind));
  const sound = service.sounds.get(route.soundId ?? 0);
  const isPath = (quality: "hq" | "lq") => sound && previewPath(sound, quality) === url.pathname;
  if (!sound || !(isPath("hq") || isPath("lq"))) return page(404, "404 Not Found");
  return previewAnswer(sound, request);
}

function knownSound({ sounds }: Service, id = 0): Sound {
  const sound = sounds.get(id);
  if (sound === undefined || !sounds.isInDatabase(id)) throw new ApiError(404, "Not found.");
  return sound;
}

function findRoute(path: string): Route {
  for (const [pattern, kind] of paths) {
    const found = pattern.exec(path);
    if (found === null) continue;
    const [, id, rest] = found;
    return { kind, ...(id ? { soundId: Number(id) } : {}), ...(rest ? { rest } : {}) };
  }
  return { kind: "other" };
}

function toAnswer(error: unknown): Answer {
  if (error instanceof ApiError)
    return json({ detail: error.message }, error.status, error.headers);
  console.error("the local Freesound server failed:", error);
  return json({ detail: `Server error: ${(error as Error).message}` }, 500);
}

function recordOf(request: IncomingMessage, url: URL, route: Route, at: number): RequestRecord {
  const scheme = (request.headers.authorization ?? "").split(" ")[0]?.toLowerCase();
  const hasToken = scheme === "token" || url.searchParams.has("token");
  return {
    kind: route.kind,
    method: request.method ?? "",
    target: (request.url ?? "").replaceAll(/([?&](?:token|client_secret)=)[^&]*/g, "$1…"),
    soundId: route.soundId,
    authorization: scheme === "bearer" ? "bearer" : hasToken ? "token" : "none",
    at,
    status: 0,
    bytes: 0,
    fault: undefined,
  };
}

const withSlash = (url: URL) => `${url.pathname}/${url.search}`;
