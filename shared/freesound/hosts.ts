import { PermanentError } from "#shared/errors.ts";

/**
 * Refuses what is neither the API's host nor one below it: previews come from `cdn.freesound.org`, and a
 * redirect may point nowhere else. The scheme must stay, so that nothing leaves HTTPS.
 * @throws PermanentError `foreign-host`
 */
export function admitHost(url: URL, base: URL): void {
  const isBelow = url.hostname.endsWith(`.${base.hostname}`) && url.port === base.port;
  if (url.protocol === base.protocol && (url.host === base.host || isBelow)) return;
  throw new PermanentError(
    "foreign-host",
    `${url.origin} is neither ${base.origin} nor a host below it: not asked`,
  );
}
