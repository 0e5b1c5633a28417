import { Readable } from "node:stream";
import { PermanentError } from "#shared/errors.ts";
import { retry } from "#shared/retry.ts";
import { SearchPage, soundFields } from "./sound.ts";
import { FreesoundError, toError } from "./throttle.ts";

export interface FreesoundOptions {
  /** `https://freesound.org`, or a local server; the API is below it at `/apiv2/`. */
  readonly baseUrl: string;
  readonly apiKey: string;
}

export interface Search {
  readonly query: string;
  readonly filter?: string | undefined;
  readonly sort?: string | undefined;
}

/** Bytes on their way, with what the server said of them. */
export interface Download {
  readonly body: Readable;
  readonly contentType: string;
  /** Bytes that have come so far. */
  readonly receivedBytes: number;
}

export interface Freesound {
  /** Calls made to the API since this client was opened, retries included; downloads are not API calls. */
  readonly apiCalls: number;
  /** Pages of up to 150 sounds, one API call each. */
  search(search: Search): AsyncGenerator<SearchPage, void, undefined>;
  /**
   * A preview. The stream fails when it is cut short or passes `limitBytes`.
   * @throws PermanentError `preview-missing` or `too-large`
   */
  download(url: string, limitBytes: number): Promise<Download>;
}

const pageSize = 150; // the most that a page holds
const apiTimeoutMs = 60_000;
const downloadTimeoutMs = 300_000;

/** Opens the API v2 client: https://freesound.org/docs/api/ */
export function openFreesound({ baseUrl, apiKey }: FreesoundOptions): Freesound {
  const api = new URL("/apiv2/", baseUrl);
  let apiCalls = 0;

  async function call(url: URL): Promise<unknown> {
    apiCalls++;
    const response = await fetch(url, {
      headers: { authorization: `Token ${apiKey}` },
      signal: AbortSignal.timeout(apiTimeoutMs),
      redirect: "error", // the key goes to the API and nowhere else
    });
    if (response.ok) return response.json();
    throw toError(response.status, await detail(response), response.headers.get("retry-after"));
  }

  const patiently = (url: URL) =>
    retry(() => call(url), {
      call: "freesound search",
      waitMs: (error) => (error instanceof FreesoundError ? error.retryAfterMs : undefined),
    });

  return {
    get apiCalls() {
      return apiCalls;
    },

    async *search({ query, filter, sort }) {
      const url = new URL("search/", api);
      url.searchParams.set("query", query);
      if (filter !== undefined) url.searchParams.set("filter", filter);
      if (sort !== undefined) url.searchParams.set("sort", sort);
      url.searchParams.set("fields", soundFields.join(","));
      url.searchParams.set("page_size", String(pageSize));
      for (let next: URL | null = url; next !== null;) {
        const page: SearchPage = SearchPage.parse(await patiently(next));
        yield page;
        next = page.next === null ? null : sameHost(page.next, api);
      }
    },

    download: (url, limitBytes) =>
      retry(() => download(url, limitBytes), { call: "freesound preview", attempts: 3 }),
  };
}

/** The next page's address, which carries no key: ours is only ever sent to the API's own host. */
function sameHost(address: string, api: URL): URL {
  const url = new URL(address);
  if (url.host !== api.host)
    throw new PermanentError(
      "foreign-page",
      `the next page points to ${url.host}, not to ${api.host}`,
    );
  url.protocol = api.protocol;
  return url;
}

async function download(url: string, limitBytes: number): Promise<Download> {
  const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    if (response.status === 404)
      throw new PermanentError("preview-missing", `the preview ${url} is not there (404)`);
    throw new FreesoundError(response.status, url, undefined);
  }
  const header = response.headers.get("content-length");
  const expected = header === null ? null : Number(header);
  const tooLarge = () =>
    new PermanentError("too-large", `${url} has more than the ${limitBytes} bytes of MAX_BYTES`);
  if (expected !== null && expected > limitBytes) {
    await response.body.cancel();
    throw tooLarge();
  }
  let size = 0;
  async function* counted(body: AsyncIterable<Uint8Array>) {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limitBytes) throw tooLarge();
      yield chunk;
    }
    if (expected !== null && size !== expected)
      throw new Error(`${url} ended after ${size} of ${expected} bytes`);
  }
  return {
    body: Readable.from(counted(response.body), { objectMode: false }),
    contentType: response.headers.get("content-type")?.split(";")[0] ?? "application/octet-stream",
    get receivedBytes() {
      return size;
    },
  };
}

/** Every error of the API is `{"detail": …}`; a proxy in between may answer anything. */
async function detail(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && "detail" in body) return String(body.detail);
  } catch {
    // not JSON: the text itself is the detail
  }
  return text.slice(0, 200);
}
