import { PermanentError } from "#shared/errors.ts";
import { type Download, toDownload } from "#shared/web/download.ts";
import { toPlainAddress } from "#shared/web/plain.ts";
import { type ApiOptions, openApi } from "./api.ts";
import { SearchPage, Sound, soundFields } from "./sound.ts";
import { BadRequestError } from "./throttle.ts";

export { type ApiOptions, QuotaExhaustedError } from "./api.ts";

export interface Search {
  readonly query: string;
  readonly filter?: string | undefined;
  readonly sort?: string | undefined;
  /** From 1. */
  readonly page?: number;
}

export interface Freesound {
  /** Calls made to the API since this client was opened, retries included; previews are not API calls. */
  readonly apiCalls: number;
  /** Time spent waiting for the key's quota, in milliseconds. */
  readonly waitedMs: number;
  /**
   * One page of up to 150 sounds, one API call. Its `next` is null on the last one.
   * @throws PermanentError `bad-filter` with Freesound's words, `bad-key`
   */
  search(search: Search): Promise<SearchPage>;
  /**
   * One sound, one API call: a crawl has no need of it, for its pages hold whole sounds.
   * @throws PermanentError `sound-missing`, `bad-key`
   */
  sound(soundId: number): Promise<Sound>;
  /**
   * A preview, tried once. The stream fails when it is cut short, stalls, trickles, passes `limitBytes` or `signal`
   * ends it.
   * @throws PermanentError `preview-missing`, `preview-refused`, `too-large`, `foreign-host`
   */
  preview(url: string, limitBytes: number, signal?: AbortSignal): Promise<Download>;
  /** Bytes of a preview as the server announces them, or null when it does not say. */
  previewBytes(url: string): Promise<number | null>;
  /**
   * The original file, tried once; one API call. Its MD5 is checked.
   * @throws PermanentError `original-missing`, `too-large`, `no-oauth`
   */
  original(
    soundId: number,
    md5: string | null,
    limitBytes: number,
    signal?: AbortSignal,
  ): Promise<Download>;
}

/** The most that a page holds. */
export const pageSize = 150;
/** After so many access tokens that are refused one after the other it is the credentials that are wrong. */
const tokensPerDownload = 3;

/** Opens the API v2 client: https://freesound.org/docs/api/ */
export function openFreesound(options: ApiOptions): Freesound {
  const api = openApi(options);
  const { accessToken } = options;
  const root = new URL("/apiv2/", api.base);

  /** What a file's answer is: a 404 is no bad request but a file that is not there. */
  async function file(url: URL, missing: string, asked: Parameters<typeof api.exchange>[1]) {
    try {
      return await api.exchange(url, asked);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      if (error.reason === "not-found")
        throw new PermanentError(missing, `${toPlainAddress(url)} is not there (404)`, {
          cause: error,
        });
      // Previews need no key: a refusal of one says nothing about the key.
      if (error.reason === "bad-key" && missing === "preview-missing")
        throw new PermanentError("preview-refused", `${toPlainAddress(url)} was refused`, {
          cause: error,
        });
      throw error;
    }
  }

  return {
    get apiCalls() {
      return api.apiCalls;
    },
    get waitedMs() {
      return api.waitedMs;
    },

    async search({ query, filter, sort, page = 1 }) {
      const url = new URL("search/", root);
      url.searchParams.set("query", query);
      if (filter !== undefined) url.searchParams.set("filter", filter);
      if (sort !== undefined) url.searchParams.set("sort", sort);
      if (page > 1) url.searchParams.set("page", String(page));
      url.searchParams.set("page_size", String(pageSize));
      url.searchParams.set("fields", soundFields.join(","));
      try {
        return SearchPage.parse(await api.get(url));
      } catch (error) {
        if (filter === undefined || !(error instanceof BadRequestError)) throw error;
        // It says all that its cause does.
        throw new PermanentError("bad-filter", `Freesound refuses "${filter}": ${error.detail}`);
      }
    },

    async sound(soundId) {
      const url = new URL(`sounds/${soundId}/`, root);
      url.searchParams.set("fields", soundFields.join(","));
      try {
        return Sound.parse(await api.get(url));
      } catch (error) {
        if (!(error instanceof PermanentError) || error.reason !== "not-found") throw error;
        throw new PermanentError("sound-missing", `there is no sound ${soundId}`, { cause: error });
      }
    },

    async preview(url, limitBytes, signal) {
      const answer = await file(new URL(url), "preview-missing", { metered: false, signal });
      return toDownload(answer, { limitBytes });
    },

    async previewBytes(url) {
      const asked = { metered: false, method: "HEAD" } as const;
      const { headers, body } = await file(new URL(url), "preview-missing", asked);
      body.resume();
      const length = headers["content-length"];
      return length === undefined ? null : Number(length);
    },

    async original(soundId, md5, limitBytes, signal) {
      if (accessToken === undefined)
        throw new PermanentError(
          "no-oauth",
          "originals need OAuth2: set FREESOUND_CLIENT_ID, FREESOUND_CLIENT_SECRET and FREESOUND_REFRESH_TOKEN",
        );
      const url = new URL(`sounds/${soundId}/download/`, root);
      let refused: string | null = null;
      for (let tokens = 1; ; tokens++) {
        const token = await accessToken(refused);
        try {
          const headers = { authorization: `Bearer ${token}` };
          const answer = await file(url, "original-missing", { headers, signal });
          return toDownload(answer, { limitBytes, md5 });
        } catch (error) {
          const isRefused = error instanceof PermanentError && error.reason === "bad-key";
          if (!isRefused || tokens >= tokensPerDownload) throw error;
          refused = token; // it may have ended, or another instance may have renewed it
        }
      }
    },
  };
}
