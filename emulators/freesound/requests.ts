/** What a request asked for. `api` is any other resource below `/apiv2/`. */
export type RequestKind =
  | "search"
  | "sound"
  | "preview"
  | "download"
  | "download-link"
  | "linked-download"
  | "authorize"
  | "token"
  | "api"
  | "other";

export interface RequestRecord {
  readonly kind: RequestKind;
  readonly method: string;
  /** Path and query, without the `token` parameter's value. */
  readonly target: string;
  readonly soundId: number | undefined;
  readonly authorization: "token" | "bearer" | "none";
  /** Milliseconds by the emulator's clock. */
  readonly at: number;
  /** 0 while the answer is under way, and when it was cut before its headers. */
  status: number;
  /** Bytes of body sent. */
  bytes: number;
  /** What was done to the answer on command. */
  fault: string | undefined;
}

const remembered = 100_000;

/** What has been asked so far, for tests to count; the oldest of 100,000 records makes room, counts stay exact. */
export class RequestLog {
  #records: RequestRecord[] = [];
  readonly #counts = new Map<RequestKind, number>();
  readonly #previews = new Map<number, number>();
  readonly #downloads = new Map<number, number>();

  add(record: RequestRecord): void {
    if (this.#records.length >= remembered) this.#records.splice(0, remembered / 10);
    this.#records.push(record);
    increment(this.#counts, record.kind);
    if (record.soundId === undefined || record.method !== "GET") return;
    if (record.kind === "preview") increment(this.#previews, record.soundId);
    if (record.kind === "download" || record.kind === "linked-download")
      increment(this.#downloads, record.soundId);
  }

  list(kind?: RequestKind): readonly RequestRecord[] {
    return kind === undefined
      ? this.#records
      : this.#records.filter((record) => record.kind === kind);
  }

  count(kind: RequestKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** Requests that a key's quota pays for: all below `/apiv2/` but those of OAuth2 and of download links. */
  get apiCalls(): number {
    const paid: RequestKind[] = ["search", "sound", "download", "download-link", "api"];
    return paid.reduce((sum, kind) => sum + this.count(kind), 0);
  }

  /** How often each sound's preview was fetched, failed fetches included. */
  get previews(): ReadonlyMap<number, number> {
    return this.#previews;
  }

  /** How often each sound's original was fetched, failed fetches included. */
  get downloads(): ReadonlyMap<number, number> {
    return this.#downloads;
  }

  clear(): void {
    this.#records = [];
    this.#counts.clear();
    this.#previews.clear();
    this.#downloads.clear();
  }
}

const increment = <K>(counts: Map<K, number>, key: K) =>
  counts.set(key, (counts.get(key) ?? 0) + 1);
