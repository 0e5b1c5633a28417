/** Headers that a job cannot set: the service computes them or drops them. */
const fixed =
  /^(host|content-length|user-agent|authorization|x-google-.*|x-appengine-.*|x-cloudscheduler.*)$/;

/** A job's own headers in lower case, without those that it cannot set. */
export function ownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return Object.fromEntries(lower.filter(([name]) => !fixed.test(name)));
}

/** Who calls, where the target checks identities. */
export interface Oidc {
  readonly serviceAccountEmail: string;
  /** The target's URL when absent. */
  readonly audience?: string;
}

/**
 * In place of the ID token that Google signs: the same claims for an hour, unsigned (`alg: none`).
 * It proves nothing, and a target that verifies tokens must refuse it.
 */
export function standInToken({ serviceAccountEmail, audience }: Oidc, url: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "https://accounts.google.com",
    aud: audience ?? url,
    email: serviceAccountEmail,
    email_verified: true,
    iat: now,
    exp: now + 3600,
  };
  return `${encode({ alg: "none", typ: "JWT" })}.${encode(claims)}.`;
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** RFC 3339 with whole seconds and the offset of the job's time zone, such as `2026-10-05T01:41:00-07:00`. */
export function toScheduleTime(time: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  const name = parts.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const offset = name.replace("GMT", "");
  const [, sign = "+", hours = "0", minutes = "0"] = /^([+-])(\d+):(\d+)$/.exec(offset) ?? [];
  const shift = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  const local = new Date(time.getTime() + shift * 60_000).toISOString().slice(0, 19);
  return `${local}${shift === 0 ? "Z" : offset}`;
}
