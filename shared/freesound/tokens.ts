import { z } from "zod";
import { type Clock, systemClock } from "#shared/clock.ts";
import { PermanentError } from "#shared/errors.ts";
import { retry } from "#shared/retry.ts";
import { ask } from "#shared/web/request.ts";
import { textOf } from "./answers.ts";
import { admitHost } from "./hosts.ts";
import type { Tokens, TokenStore } from "./token-store.ts";

export interface TokenOptions {
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly store: TokenStore;
  /** Used when the store is empty: what the authorization by a person has given. */
  readonly firstRefreshToken?: string | undefined;
  /** Lets one refresh run at a time, in any instance: each makes the tokens before it worthless. */
  readonly exclusive: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clock?: Clock;
}

/** A token that ends so soon is not used any more. */
const marginMs = 60_000;
const idleTimeoutMs = 30_000;

const Answer = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number().positive(),
});

/**
 * Answers an access token that is good as far as anybody knows: not the one that was `refused`, null for none.
 * @throws PermanentError `no-oauth` when there is no refresh token that Freesound takes
 */
export type AccessToken = (refused: string | null) => Promise<string>;

/**
 * Freesound's access tokens (https://freesound.org/docs/api/authentication.html): one for everybody, kept in
 * memory and in the store, renewed when it ends or is refused. This process has one renewal under way at most,
 * all instances together as well. The new refresh token is stored before anything is done with the access token
 * that came with it, for the old one is worthless from then on.
 */
export function openTokens(options: TokenOptions): AccessToken {
  const { store, exclusive, clock = systemClock } = options;
  let held: Tokens | null = null;
  let renewing: Promise<string> | null = null;

  const goodToken = (tokens: Tokens | null, refused: string | null): string | null =>
    tokens !== null && tokens.accessToken !== refused && tokens.expiresAt - marginMs > clock.now()
      ? tokens.accessToken
      : null;

  async function renew(refused: string | null): Promise<string> {
    held = await store.read();
    const known = goodToken(held, refused);
    if (known !== null) return known;
    return exclusive(async () => {
      // Whoever had the lock before may have renewed them meanwhile.
      held = await store.read();
      const renewed = goodToken(held, refused);
      if (renewed !== null) return renewed;
      const tokens = await refreshAny(options, held?.refreshToken, clock);
      await retry(() => store.write(tokens), { call: "store of tokens", attempts: 8, clock });
      held = tokens;
      return tokens.accessToken;
    });
  }

  return async (refused) => {
    for (;;) {
      const token = goodToken(held, refused);
      if (token !== null) return token;
      renewing ??= renew(refused).finally(() => (renewing = null));
      const renewed = await renewing;
      // A renewal for somebody who was refused an older token may give the very one refused here.
      if (renewed !== refused) return renewed;
    }
  };
}

/** With the stored refresh token, or, when that does not work any more, with the one that a person has set. */
async function refreshAny(options: TokenOptions, stored: string | undefined, clock: Clock) {
  const { firstRefreshToken = stored } = options;
  const [first = firstRefreshToken, second] = [stored, firstRefreshToken];
  if (first === undefined)
    throw new PermanentError("no-oauth", "there is no refresh token: set FREESOUND_REFRESH_TOKEN");
  try {
    return await refresh(options, first, clock);
  } catch (error) {
    if (!(error instanceof PermanentError) || second === undefined || second === first) throw error;
    return refresh(options, second, clock);
  }
}

/** RFC 6749 §6. Not tried again: whether a lost answer has used up the refresh token cannot be known. */
async function refresh(
  { baseUrl, clientId, clientSecret }: TokenOptions,
  refreshToken: string,
  clock: Clock,
): Promise<Tokens & { accessToken: string }> {
  const base = new URL(baseUrl);
  const form = {
    grant_type: "refresh_token",
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  };
  const answer = await ask(
    new URL("/apiv2/oauth2/access_token/", base),
    { admit: (url) => admitHost(url, base) },
    {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
      idleTimeoutMs,
    },
  );
  const body = await textOf(answer, 64 * 1024);
  if (answer.status >= 500 || answer.status === 429)
    throw new Error(`Freesound answered ${answer.status} to a refresh: ${body.slice(0, 200)}`);
  if (answer.status !== 200)
    throw new PermanentError(
      "no-oauth",
      `Freesound refused the refresh token (${answer.status} ${body.slice(0, 200)}): authorize again and set FREESOUND_REFRESH_TOKEN`,
    );
  const { access_token, refresh_token, expires_in } = Answer.parse(JSON.parse(body));
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresAt: clock.now() + expires_in * 1000,
  };
}
