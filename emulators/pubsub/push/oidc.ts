import {
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  sign,
} from "node:crypto";
import type { PushConfig } from "../types.ts";

const lifetimeSeconds = 3600;

/**
 * Makes the bearer tokens of authenticated push. They have the header, the claims and the RS256 signature of
 * Google's OpenID Connect tokens, but are signed by a key of this emulator: only `publicKey` verifies them.
 */
export class OidcTokens {
  #keys: KeyPairKeyObjectResult | undefined;

  /** Verifies this emulator's tokens. */
  get publicKey(): KeyObject {
    return this.#pair().publicKey;
  }

  /** A token for `oidcToken`; the audience is the endpoint unless it names one. */
  create(
    { serviceAccountEmail, audience }: NonNullable<PushConfig["oidcToken"]>,
    endpoint: string,
    nowMs: number,
  ): string {
    const issuedAt = Math.floor(nowMs / 1000);
    const claims = {
      aud: audience || endpoint,
      azp: serviceAccountEmail,
      email: serviceAccountEmail,
      email_verified: true,
      exp: issuedAt + lifetimeSeconds,
      iat: issuedAt,
      iss: "https://accounts.google.com",
      sub: serviceAccountEmail,
    };
    const payload = `${encode({ alg: "RS256", kid: "earmark-emulator", typ: "JWT" })}.${encode(claims)}`;
    const signature = sign("sha256", Buffer.from(payload), this.#pair().privateKey);
    return `${payload}.${signature.toString("base64url")}`;
  }

  /** Made when first needed: an RSA key takes tens of milliseconds. */
  #pair(): KeyPairKeyObjectResult {
    this.#keys ??= generateKeyPairSync("rsa", { modulusLength: 2048 });
    return this.#keys;
  }
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
