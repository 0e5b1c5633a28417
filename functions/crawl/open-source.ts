import type { Firestore } from "@google-cloud/firestore";
import { openQuota } from "#shared/catalog/quota.ts";
import type { Clock } from "#shared/clock.ts";
import type { CrawlConfig } from "#shared/config.ts";
import { openLock } from "#shared/catalog/lock.ts";
import { openFreesound } from "#shared/freesound/freesound.ts";
import { fileStore, type GoogleRequest, secretStore } from "#shared/freesound/token-store.ts";
import { type AccessToken, openTokens } from "#shared/freesound/tokens.ts";
import type { Objects } from "#shared/objects/objects.ts";
import type { Reach } from "#shared/web/request.ts";
import type { CrawlEdges } from "./edges.ts";
import { freesoundSource } from "./source-freesound.ts";
import { manifestSource } from "./source-manifest.ts";

export interface SourceEdges {
  readonly firestore: Firestore;
  readonly clock: Clock;
  /** Bucket of the manifests; null when there is none. */
  readonly references: Objects | null;
  /** Authorised requests to Google's APIs, for Secret Manager. */
  readonly googleRequest: GoogleRequest;
  /** Where files of manifests may come from; default: the public internet, over https. */
  readonly reach?: Reach;
}

/** The sources that a plan can ask for, wired from the configuration. */
export function sourceOpener(
  config: CrawlConfig,
  { firestore, clock, references, reach, googleRequest }: SourceEdges,
): CrawlEdges["openSource"] {
  const rates = {
    perMinute: config.FREESOUND_REQUESTS_PER_MINUTE,
    perDay: config.FREESOUND_REQUESTS_PER_DAY,
  };
  const quota = openQuota(firestore, config.FREESOUND_API_KEY, rates, () => clock.now());
  const accessToken = tokensOf(config, { firestore, clock, googleRequest });
  const idleTimeoutMs = config.FREESOUND_IDLE_SECONDS * 1000;
  return async (plan, { signal, until, since }) => {
    const { manifest } = plan;
    if (manifest !== undefined && references !== null) {
      const guard = reach === undefined ? {} : { reach };
      return manifestSource({ references, manifest, signal, idleTimeoutMs, ...guard });
    }
    const freesound = openFreesound({
      baseUrl: config.FREESOUND_BASE_URL,
      apiKey: config.FREESOUND_API_KEY,
      idleTimeoutMs,
      quota,
      ...(accessToken === null ? {} : { accessToken }),
      clock,
      signal,
      until,
    });
    return freesoundSource(freesound, plan, since);
  };
}

/** The access tokens for originals; null where OAuth2 is not configured. */
function tokensOf(
  config: CrawlConfig,
  { firestore, clock, googleRequest }: Pick<SourceEdges, "firestore" | "clock" | "googleRequest">,
): AccessToken | null {
  const { FREESOUND_CLIENT_ID: clientId, FREESOUND_CLIENT_SECRET: clientSecret } = config;
  const { FREESOUND_TOKEN_STORE: place } = config;
  if (clientId === undefined || clientSecret === undefined || place === undefined) return null;
  return openTokens({
    baseUrl: config.FREESOUND_BASE_URL,
    clientId,
    clientSecret,
    store: place.startsWith("file:")
      ? fileStore(place.slice("file:".length))
      : secretStore(place, googleRequest),
    firstRefreshToken: config.FREESOUND_REFRESH_TOKEN,
    exclusive: openLock(firestore, "freesound-tokens", clock),
    clock,
  });
}
