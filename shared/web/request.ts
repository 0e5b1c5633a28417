import { lookup as systemLookup, type LookupAddress } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { PermanentError } from "#shared/errors.ts";
import { paced } from "./pace.ts";
import { toPlainAddress } from "./plain.ts";

/** What the other side may be. */
export interface Reach {
  /** Throws for an address that must not be asked: for the first one, and for every redirect. */
  admit(url: URL): void;
  /** Which IP addresses a name may resolve to; default: any. Certificates are always checked. */
  readonly isAllowedAddress?: (address: string) => boolean;
  /** Resolves names; default: the system's. */
  readonly lookup?: typeof systemLookup;
}

export interface Ask {
  readonly method?: "GET" | "HEAD" | "POST";
  /** An `authorization` header goes to the first address's origin and nowhere else. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Ends the exchange when nothing has moved for so long, when the head of the answer takes twice as long, or when
   * next to nothing comes in that time; milliseconds.
   */
  readonly idleTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** For what is thrown away. */
  readonly body: http.IncomingMessage;
  /** The body; fails when the connection is reset, stalls, trickles, or ends before what was announced has come. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Where it came from, after redirects. */
  readonly url: URL;
}

/** Nothing has moved for too long. */
class StalledError extends Error {
  override readonly name = "StalledError";
}

const redirects = new Set([301, 302, 303, 307, 308]);
const redirectLimit = 5;
const anyAgents = agents();
const guardedAgents = agents(); // a socket that was opened unguarded must not be found here

/**
 * One exchange over HTTP(S), redirects followed as far as `reach` admits them.
 * @throws PermanentError `refused-address` for a name that resolves to an address that is not allowed, and
 *   whatever `reach.admit` throws
 */
export async function ask(address: URL, reach: Reach, options: Ask): Promise<Answer> {
  let url = address;
  for (let hops = 0; ; hops++) {
    reach.admit(url);
    const body = await exchange(url, reach, {
      ...options,
      headers:
        url.origin === address.origin ? (options.headers ?? {}) : withoutKey(options.headers),
    });
    const status = body.statusCode ?? 0;
    const { location } = body.headers;
    if (!redirects.has(status) || location === undefined) {
      const chunks = paced(body, toPlainAddress(url), options.idleTimeoutMs);
      return { status, headers: body.headers, body, chunks, url };
    }
    body.destroy();
    if (hops >= redirectLimit)
      throw new PermanentError(
        "redirects",
        `${toPlainAddress(address)} redirects more than ${redirectLimit} times`,
      );
    url = follow(location, url);
  }
}

function follow(location: string, from: URL): URL {
  const to = URL.parse(location, from.href);
  if (to !== null) return to;
  throw new PermanentError(
    "redirects",
    `${toPlainAddress(from)} redirects to what is no address: ${JSON.stringify(location.slice(0, 100))}`,
  );
}

function exchange(url: URL, reach: Reach, options: Ask): Promise<http.IncomingMessage> {
  const { method = "GET", headers = {}, body, idleTimeoutMs, signal } = options;
  const { isAllowedAddress, lookup = systemLookup } = reach;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isRefused = (ip: string) => isAllowedAddress !== undefined && !isAllowedAddress(ip);
  // A literal address is never looked up.
  if (isIP(host) !== 0 && isRefused(host)) throw refused(url, host);
  const guarded: LookupFunction = (name, lookupOptions, done) => {
    lookup(name, { ...lookupOptions, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return done(error, "");
      const bad = addresses.find(({ address }) => isRefused(address));
      if (bad !== undefined) return done(refused(url, bad.address), "");
      if (lookupOptions.all === true) return done(null, addresses);
      const [first = { address: "", family: 4 }] = addresses;
      done(null, first.address, first.family);
    });
  };
  const isTls = url.protocol === "https:";
  const pool = isAllowedAddress === undefined ? anyAgents : guardedAgents;
  return new Promise((resolve, reject) => {
    const request = (isTls ? https : http).request(url, {
      method,
      headers: { "accept-encoding": "identity", ...headers },
      agent: isTls ? pool.https : pool.http,
      timeout: idleTimeoutMs,
      rejectUnauthorized: true, // whatever the environment says
      ...(isAllowedAddress === undefined && reach.lookup === undefined ? {} : { lookup: guarded }),
      ...(signal === undefined ? {} : { signal }),
    });
    let answer: http.IncomingMessage | undefined;
    // A head may trickle in, too, and no idle time ends that.
    const headMs = 2 * idleTimeoutMs;
    const head = setTimeout(() => {
      const why = `${toPlainAddress(url)} sent no whole answer within ${headMs} ms`;
      request.destroy(new StalledError(why));
    }, headMs);
    request.on("close", () => clearTimeout(head));
    request.on("timeout", () => {
      const stalled = new StalledError(
        `${toPlainAddress(url)} sent nothing for ${idleTimeoutMs} ms`,
      );
      if (answer === undefined) request.destroy(stalled);
      else answer.destroy(stalled);
    });
    request.on("response", (response) => {
      clearTimeout(head);
      resolve((answer = response));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const refused = (url: URL, ip: string) =>
  new PermanentError(
    "refused-address",
    `${url.host} is ${ip}, which is not on the public internet`,
  );

function withoutKey(headers: Ask["headers"] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"),
  );
}

function agents() {
  const options = { keepAlive: true, maxFreeSockets: 16, timeout: 60_000 };
  return { http: new http.Agent(options), https: new https.Agent(options) };
}
