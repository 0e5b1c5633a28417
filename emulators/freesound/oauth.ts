import { createHmac, randomBytes } from "node:crypto";
import { type Credential, keyErrors, unauthorized } from "./credentials.ts";
import { ApiError } from "./reply.ts";

const codeLifeMs = 10 * 60 * 1000;
const accessLifeMs = 24 * 60 * 60 * 1000;
/** What Freesound answers for 24 hours. */
const expiresInSeconds = 86_399;
const linkLifeSeconds = 3600;

/** The token endpoint's answer. */
export interface TokenPair {
  readonly access_token: string;
  readonly expires_in: number;
  readonly token_type: "Bearer";
  readonly scope: string;
  readonly refresh_token: string;
}

/** The token endpoint's refusal, in the words of RFC 6749 §5.2. */
export class OAuthError extends Error {
  override readonly name = "OAuthError";
  readonly status: number;
  readonly code: string;
  constructor(code: string, status = 400) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

interface Grant {
  readonly credential: Credential;
  readonly expiresAt: number;
}

/** OAuth2's authorization code flow: codes that work once, refresh tokens that the next one replaces. */
export class OAuth {
  readonly #credentials: readonly Credential[];
  readonly #clock: () => number;
  readonly #codes = new Map<string, Grant>();
  readonly #access = new Map<string, Grant>();
  readonly #refresh = new Map<
    string,
    { readonly credential: Credential; readonly access: string }
  >();
  readonly #secret = randomBytes(32);

  constructor(credentials: readonly Credential[], clock: () => number) {
    this.#credentials = credentials;
    this.#clock = clock;
  }

  client(clientId: string | null): Credential | undefined {
    return this.#credentials.find((known) => known.clientId === clientId);
  }

  /** The code that a user who agrees gets; it lives ten minutes. Throws for an unknown client. */
  authorize(clientId = this.#credentials[0]?.clientId ?? null): string {
    const credential = this.client(clientId);
    if (credential === undefined) throw new OAuthError("invalid_client", 401);
    const code = randomBytes(15).toString("hex");
    this.#codes.set(code, { credential, expiresAt: this.#clock() + codeLifeMs });
    return code;
  }

  /** The token endpoint: `grant_type` is `authorization_code` or `refresh_token`. */
  exchange(form: URLSearchParams): TokenPair {
    const credential = this.client(form.get("client_id"));
    if (credential === undefined || credential.key !== form.get("client_secret"))
      throw new OAuthError("invalid_client", 401);
    const grantType = form.get("grant_type");
    if (grantType === "authorization_code") return this.#redeem(credential, form.get("code"));
    if (grantType === "refresh_token") return this.#renew(credential, form.get("refresh_token"));
    throw new OAuthError("unsupported_grant_type");
  }

  /** From now on no access token works, as when a day has passed; with `refresh` no refresh token either. */
  expireAll({ refresh = false }: { readonly refresh?: boolean } = {}): void {
    this.#access.clear();
    if (refresh) this.#refresh.clear();
  }

  /** Whose access token this is. Throws the API's 401. */
  credentialOf(accessToken: string): Credential {
    const grant = this.#access.get(accessToken);
    if (grant === undefined) throw bearerRefused("The access token is invalid.");
    if (grant.expiresAt <= this.#clock()) throw bearerRefused("The access token has expired.");
    if (grant.credential.status === "suspended") throw unauthorized(keyErrors["suspended-token"]);
    return grant.credential;
  }

  /** The signed part of a link that downloads one sound without authorization for an hour. */
  linkFor(soundId: number, { clientId }: Credential): string {
    const exp = Math.floor(this.#clock() / 1000) + linkLifeSeconds;
    const payload = { user_id: 1, sound_id: soundId, client_id: clientId, exp };
    const unsigned = [{ typ: "JWT", alg: "HS256" }, payload].map(encode).join(".");
    return `${unsigned}.${this.#sign(unsigned)}`;
  }

  /** The sound that a link is for. Throws a 401 for one that has expired or was not signed here. */
  soundOfLink(token: string): number {
    const unsigned = token.slice(0, token.lastIndexOf("."));
    if (token !== `${unsigned}.${this.#sign(unsigned)}`) throw new ApiError(401, "Invalid token");
    const content = Buffer.from(unsigned.split(".")[1] ?? "", "base64url").toString();
    const { sound_id, exp } = JSON.parse(content) as { sound_id: number; exp: number };
    if (exp * 1000 <= this.#clock()) throw new ApiError(401, "This token has expired.");
    return sound_id;
  }

  #redeem(credential: Credential, code: string | null): TokenPair {
    const grant = this.#codes.get(code ?? "");
    this.#codes.delete(code ?? ""); // once, whatever comes of it
    if (grant?.credential.clientId !== credential.clientId || grant.expiresAt <= this.#clock())
      throw new OAuthError("invalid_grant");
    return this.#issue(credential);
  }

  #renew(credential: Credential, refreshToken: string | null): TokenPair {
    const known = this.#refresh.get(refreshToken ?? "");
    if (known?.credential.clientId !== credential.clientId) throw new OAuthError("invalid_grant");
    this.#refresh.delete(refreshToken ?? "");
    this.#access.delete(known.access);
    return this.#issue(credential);
  }

  #issue(credential: Credential): TokenPair {
    const access = randomBytes(15).toString("hex");
    const refresh = randomBytes(15).toString("hex");
    this.#access.set(access, { credential, expiresAt: this.#clock() + accessLifeMs });
    this.#refresh.set(refresh, { credential, access });
    return {
      access_token: access,
      expires_in: expiresInSeconds,
      token_type: "Bearer",
      scope: "read write",
      refresh_token: refresh,
    };
  }

  #sign(unsigned: string): string {
    return createHmac("sha256", this.#secret).update(unsigned).digest("base64url");
  }
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

const bearerRefused = (description: string) =>
  new ApiError(401, "Authentication credentials were not provided.", {
    "WWW-Authenticate": `Bearer realm="api",error="invalid_token",error_description="${description}"`,
  });
