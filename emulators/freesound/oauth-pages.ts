import type { IncomingMessage } from "node:http";
import { readBody } from "../emulator.ts";
import { type OAuth, OAuthError } from "./oauth.ts";
import { type Answer, json, page } from "./reply.ts";

const formLimitBytes = 64 * 1024;

/** The page on which a user lets a client in: here the user always agrees. */
export function answerAuthorize(oauth: OAuth, url: URL): Answer {
  const client = oauth.client(url.searchParams.get("client_id"));
  if (client === undefined)
    return page(400, "Error: invalid_request. Invalid client_id parameter value.");
  if (url.searchParams.get("response_type") !== "code")
    return page(400, "Error: unsupported_response_type");
  const code = oauth.authorize(client.clientId);
  if (client.redirectUri === undefined)
    return page(200, `Permission granted! Your authorization code: ${code}`);
  const target = new URL(client.redirectUri);
  target.searchParams.set("code", code);
  const state = url.searchParams.get("state");
  if (state !== null) target.searchParams.set("state", state);
  return page(302, "302 Found", { Location: target.href });
}

/** `POST /apiv2/oauth2/access_token/`: its form comes as the body or in the address. */
export async function answerToken(
  oauth: OAuth,
  request: IncomingMessage,
  url: URL,
): Promise<Answer> {
  if (request.method !== "POST")
    return json({ detail: `Method "${request.method}" not allowed.` }, 405);
  const body = (await readBody(request, formLimitBytes)).toString();
  const form = new URLSearchParams([...url.searchParams, ...new URLSearchParams(body)]);
  try {
    return json(oauth.exchange(form));
  } catch (error) {
    if (error instanceof OAuthError) return json({ error: error.code }, error.status);
    throw error;
  }
}
