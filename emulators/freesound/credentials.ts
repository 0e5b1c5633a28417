import { ApiError } from "./reply.ts";

/** The API key that works when none is given. */
export const localApiKey = "earmark-local-freesound-key";
/** The client id that belongs to it; the key is the client's secret, as at Freesound. */
export const localClientId = "earmark-local-client";

/** An API credential: a key for searches that is, with its client id, an OAuth2 client. */
export interface Credential {
  readonly key: string;
  readonly clientId: string;
  /** Default `ok`. */
  readonly status?: "ok" | "suspended" | "inactive-user";
  /** Where the browser goes after it was authorized; default: a page that shows the code. */
  readonly redirectUri?: string;
}

/** A 401 of an API key. */
export const unauthorized = (detail: string) =>
  new ApiError(401, detail, { "WWW-Authenticate": 'Bearer realm="api"' });

/** The details of the 401s that Freesound gives for keys. */
export const keyErrors = {
  "invalid-token": "Invalid token",
  "inactive-user": "User inactive or deleted",
  "suspended-token": "Suspended token or token pending for approval",
} as const;
