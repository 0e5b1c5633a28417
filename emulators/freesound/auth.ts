import type { IncomingMessage } from "node:http";
import { type Credential, keyErrors, unauthorized } from "./credentials.ts";
import type { OAuth } from "./oauth.ts";

const noCredentials = "Authentication credentials were not provided.";

export interface Authenticators {
  readonly credentials: readonly Credential[];
  readonly oauth: OAuth;
}

/** The credential behind a request. Throws the API's 401 with its detail. */
export function authenticate(
  request: IncomingMessage,
  query: URLSearchParams,
  { credentials, oauth }: Authenticators,
  { bearerOnly }: { readonly bearerOnly: boolean },
): Credential {
  const [scheme = "", ...rest] = (request.headers.authorization ?? "").split(/\s+/).filter(Boolean);
  if (scheme.toLowerCase() === "bearer") return oauth.credentialOf(rest.join(" "));
  if (bearerOnly) throw unauthorized(noCredentials);
  const parameter = query.get("token");
  if (scheme === "" && parameter) return credentialOf(parameter, credentials);
  if (scheme.toLowerCase() !== "token") throw unauthorized(noCredentials);
  const [key, ...more] = rest;
  if (key === undefined) throw unauthorized("Invalid token header. No credentials provided.");
  if (more.length > 0)
    throw unauthorized("Invalid token header. Token string should not contain spaces.");
  return credentialOf(key, credentials);
}

function credentialOf(key: string, credentials: readonly Credential[]): Credential {
  const credential = credentials.find((known) => known.key === key);
  if (credential === undefined) throw unauthorized(keyErrors["invalid-token"]);
  if (credential.status === "inactive-user") throw unauthorized(keyErrors["inactive-user"]);
  if (credential.status === "suspended") throw unauthorized(keyErrors["suspended-token"]);
  return credential;
}
