import { keyErrors, unauthorized } from "./credentials.ts";
import { type Quota, throttled } from "./quota.ts";
import { seededRandom } from "./random.ts";
import { ApiError, type Disturbance } from "./reply.ts";
import type { RequestKind } from "./requests.ts";

/**
 * What can go wrong on command. `throttle` and `throttle-day` are the 429s of a rate, `overload` is the search
 * engine's 500, the token kinds are 401s, `not-found` is a 404, `null-results` answers a search with every
 * other result null, and
 * the rest disturb the answer's way: see `Disturbance`.
 */
export type FaultKind =
  | "throttle"
  | "throttle-day"
  | "overload"
  | keyof typeof keyErrors
  | "not-found"
  | "null-results"
  | "stall"
  | "reset"
  | "truncate"
  | "shorten"
  | "slow";

export interface FaultOptions {
  /** How many requests it befalls; default 1. */
  readonly times?: number;
  /** Which kinds of request; default: each that the fault can befall. */
  readonly on?: RequestKind | readonly RequestKind[];
  /** For cuts: bytes of body before it; default half, 0 cuts before the headers. */
  readonly afterBytes?: number;
  /** For `slow`: the wait before the answer; default 1000. */
  readonly delayMs?: number;
  /** For `slow`: the rate at which the body trickles. */
  readonly bytesPerSecond?: number;
}

/** Which share of requests each fault befalls, 0–1; together at most 1. */
export type FaultRates = Partial<Record<FaultKind, number>>;

/** A fault on its way to one request: a kind, or a bare HTTP status. */
export interface Fault extends FaultOptions {
  readonly kind: FaultKind | number;
}

const metered: readonly RequestKind[] = ["search", "sound", "download", "download-link", "api"];
const files: readonly RequestKind[] = ["preview", "download", "linked-download"];
const everything: readonly RequestKind[] = [...new Set([...metered, ...files]), "token"];

const befalls: Record<FaultKind, readonly RequestKind[]> = {
  throttle: metered,
  "throttle-day": metered,
  overload: ["search"],
  "invalid-token": metered,
  "inactive-user": metered,
  "suspended-token": metered,
  "not-found": ["preview", "sound", "download", "linked-download"],
  "null-results": ["search"],
  stall: everything,
  reset: everything,
  truncate: everything,
  shorten: files,
  slow: everything,
};

/** Faults told beforehand, and faults that befall a share of all requests. */
export class Faults {
  #queue: { fault: Fault; left: number }[] = [];
  #rates: readonly (readonly [FaultKind, number])[] = [];
  #random: () => number;

  constructor(seed = 1) {
    this.#random = seededRandom(seed);
  }

  /** The next request that the fault can befall fails so. */
  next(kind: FaultKind | number, options: FaultOptions = {}): void {
    this.#queue.push({ fault: { kind, ...options }, left: options.times ?? 1 });
  }

  /** From now on each request draws its fault, the same in every run of the same requests; `{}` ends it. */
  storm(rates: FaultRates, seed = 1): void {
    const entries = Object.entries(rates) as [FaultKind, number][];
    const sum = entries.reduce((total, [, rate]) => total + rate, 0);
    if (entries.some(([, rate]) => !(rate >= 0)) || sum > 1)
      throw new RangeError(`fault rates must be shares of 1, got ${JSON.stringify(rates)}`);
    this.#rates = entries;
    this.#random = seededRandom(seed);
  }

  /** Forgets every fault that has not happened yet. */
  clear(): void {
    this.#queue = [];
    this.#rates = [];
  }

  /** The fault for a request of this kind, if any; it is used up. */
  take(request: RequestKind): Fault | undefined {
    const entry = this.#queue.find(({ fault }) => hits(fault, request));
    if (entry !== undefined) {
      entry.left -= 1;
      if (entry.left <= 0) this.#queue = this.#queue.filter((other) => other !== entry);
      return entry.fault;
    }
    if (this.#rates.length === 0) return undefined;
    let drawn = this.#random();
    for (const [kind, rate] of this.#rates) {
      if (drawn < rate) return befalls[kind].includes(request) ? { kind } : undefined;
      drawn -= rate;
    }
    return undefined;
  }
}

function hits({ kind, on }: Fault, request: RequestKind): boolean {
  if (on !== undefined) return [on].flat().includes(request);
  return typeof kind === "number" ? everything.includes(request) : befalls[kind].includes(request);
}

/** Throws the fault's error, when it is one. */
export function throwFault({ kind }: Fault, quota: Quota | undefined): void {
  if (typeof kind === "number") throw new ApiError(kind, `Status ${kind} on command`);
  if (kind === "throttle") throw throttled(`${quota?.perMinute ?? 60}/minute`);
  if (kind === "throttle-day") throw throttled(`${quota?.perDay ?? 2000}/day`);
  if (kind === "overload") throw new ApiError(500, "Search is overloaded, please try again later.");
  if (kind === "not-found") throw new ApiError(404, "Not found");
  if (kind in keyErrors) throw unauthorized(keyErrors[kind as keyof typeof keyErrors]);
}

/** How the fault disturbs the answer's way, when it does. */
export function disturbanceOf({ kind, afterBytes, delayMs, bytesPerSecond }: Fault): Disturbance {
  if (kind === "slow")
    return {
      delayMs: delayMs ?? 1000,
      ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    };
  if (kind === "stall" || kind === "reset" || kind === "truncate" || kind === "shorten")
    return { cut: kind, ...(afterBytes === undefined ? {} : { afterBytes }) };
  return {};
}
