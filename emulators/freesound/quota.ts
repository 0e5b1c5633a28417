import { ApiError } from "./reply.ts";

/** Requests that a key may make; Freesound gives 60 a minute and 2000 a day to a new key. */
export interface Quota {
  readonly perMinute: number;
  readonly perDay: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Counts each key's requests over the minute and the day before now, as Django REST framework's throttle does. */
export class QuotaKeeper {
  readonly #quota: Quota | undefined;
  readonly #clock: () => number;
  readonly #history = new Map<string, number[]>();

  constructor(quota: Quota | undefined, clock: () => number) {
    this.#quota = quota;
    this.#clock = clock;
  }

  /** Takes one request off the key's quota. Throws the API's 429 when none is left; that one costs nothing. */
  take(key: string): void {
    if (this.#quota === undefined) return;
    const { perMinute, perDay } = this.#quota;
    this.#takeFrom(`minute ${key}`, perMinute, minuteMs, `${perMinute}/minute`);
    this.#takeFrom(`day ${key}`, perDay, dayMs, `${perDay}/day`);
  }

  #takeFrom(name: string, limit: number, windowMs: number, rate: string): void {
    const now = this.#clock();
    const recent = (this.#history.get(name) ?? []).filter((at) => at > now - windowMs);
    if (recent.length >= limit) throw throttled(rate);
    recent.push(now);
    this.#history.set(name, recent);
  }
}

/** The 429 of a rate such as `60/minute`; there is no Retry-After. */
export const throttled = (rate: string) =>
  new ApiError(429, `Request was throttled because of exceeding a request limit rate (${rate})`);
