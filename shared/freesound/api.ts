import { type Clock, systemClock } from "#shared/clock.ts";
import { PermanentError } from "#shared/errors.ts";
import { log } from "#shared/log.ts";
import { retry } from "#shared/retry.ts";
import { type Answer, ask, type Ask } from "#shared/web/request.ts";
import { textOf, toAnswerError } from "./answers.ts";
import { admitHost } from "./hosts.ts";
import type { AccessToken } from "./tokens.ts";
import { type Rates, ThrottledError, FreesoundError } from "./throttle.ts";

/** The key's quota, shared with every other user of the key. */
interface Quota {
  /** Takes one call off it; answers how long to wait before asking again, 0 when the call may go out. */
  take(): Promise<number>;
  /** Keeps the key quiet for so long, after Freesound has said that its quota is used up. */
  pause(waitMs: number, learned: Partial<Rates>): Promise<void>;
}

export interface ApiOptions {
  /** `https://freesound.org`, or a local server; the API is below it at `/apiv2/`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Default: no quota. */
  readonly quota?: Quota;
  readonly clock?: Clock;
  /** Ends whatever waits or is under way. */
  readonly signal?: AbortSignal;
  /** Time by `clock` after which no wait may end: a longer one fails at once. Default: never. */
  readonly until?: number;
  /** Ends an exchange in which nothing moves for so long; default 30 seconds. */
  readonly idleTimeoutMs?: number;
  /** OAuth2 access tokens, for originals. */
  readonly accessToken?: AccessToken;
}

/** The API asks to wait longer than this run may last. */
export class QuotaExhaustedError extends PermanentError {
  override readonly name = "QuotaExhaustedError";

  constructor(message: string) {
    super("quota-exhausted", message);
  }
}

/** Counters and the two ways of asking that every resource of the API needs. */
export interface Api {
  readonly base: URL;
  /** Calls that the quota pays for, retries included. */
  readonly apiCalls: number;
  /** Time spent waiting for the quota, in milliseconds. */
  readonly waitedMs: number;
  /** A call of the API, tried again while that can help; the answer's JSON. */
  get(url: URL): Promise<unknown>;
  /** One exchange, quota and errors included, tried once. */
  exchange(
    url: URL,
    options?: Pick<Ask, "method" | "headers" | "signal"> & { metered?: boolean },
  ): Promise<Answer>;
}

/** Five waits of a minute are more than one minute's rate can ever ask for. */
const attempts = 8;
const answerLimitBytes = 32 * 1024 * 1024;

export function openApi(options: ApiOptions): Api {
  const { apiKey, quota, clock = systemClock, signal, until = Infinity } = options;
  const { idleTimeoutMs = 30_000 } = options;
  const base = new URL(options.baseUrl);
  const reach = { admit: (url: URL) => admitHost(url, base) };
  let apiCalls = 0;
  let waitedMs = 0;

  async function wait(ms: number, why: string): Promise<void> {
    if (clock.now() + ms >= until)
      throw new QuotaExhaustedError(
        `${why}: the next call may go out in ${Math.ceil(ms / 1000)} s, later than this run may last`,
      );
    log.quotaWaiting({ waitMs: ms });
    waitedMs += ms;
    await clock.sleep(ms, signal);
  }

  async function pay(): Promise<void> {
    for (let ms = await quota?.take(); ms !== undefined && ms > 0; ms = await quota?.take())
      await wait(ms, "the quota of the API key is used up");
  }

  const exchange: Api["exchange"] = async (url, { metered = true, ...asked } = {}) => {
    if (metered) {
      await pay();
      apiCalls++;
    }
    const answer = await ask(url, reach, {
      ...asked,
      headers: metered
        ? { authorization: `Token ${apiKey}`, ...asked.headers }
        : (asked.headers ?? {}),
      idleTimeoutMs,
      signal: anyOf(signal, asked.signal),
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    const error = await toAnswerError(answer, metered, clock.now());
    if (error instanceof ThrottledError)
      await quota?.pause(error.retryAfterMs ?? 0, toRates(error.rate));
    throw error;
  };

  /** The shared quota makes everyone wait after a 429; without one, this client does alone. */
  const waitMs = (error: unknown) => {
    if (error instanceof ThrottledError && quota !== undefined) return 0;
    if (!(error instanceof FreesoundError) || error.retryAfterMs === undefined) return undefined;
    return error.retryAfterMs + Math.random() * Math.min(1000, 0.1 * error.retryAfterMs);
  };
  const patient: Pick<Clock, "sleep"> = {
    sleep: (ms, signal) =>
      clock.now() + ms >= until ? wait(ms, "Freesound asks to wait") : clock.sleep(ms, signal),
  };

  return {
    base,
    get apiCalls() {
      return apiCalls;
    },
    get waitedMs() {
      return waitedMs;
    },
    exchange,
    get: (url) =>
      retry(
        async () => {
          const answer = await exchange(url);
          return JSON.parse(await textOf(answer, answerLimitBytes)) as unknown;
        },
        {
          call: "freesound api",
          attempts,
          baseMs: 1_000,
          capMs: 60_000,
          waitMs,
          signal,
          clock: patient,
        },
      ),
  };
}

const anyOf = (...signals: (AbortSignal | undefined)[]) =>
  AbortSignal.any(signals.filter((signal) => signal !== undefined));

const toRates = (rate: ThrottledError["rate"]): Partial<Rates> => {
  if (rate?.unit === "minute") return { perMinute: rate.limit };
  return rate?.unit === "day" ? { perDay: rate.limit } : {};
};
