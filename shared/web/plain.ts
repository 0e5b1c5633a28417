/**
 * An address as it may be told to people and kept: without its query, which may hold a signature or a token, and
 * without credentials. That there was a query is said by `?…`.
 */
export const toPlainAddress = (url: URL): string =>
  `${url.origin === "null" ? `${url.protocol}//${url.host}` : url.origin}${url.pathname}${url.search === "" ? "" : "?…"}`;
