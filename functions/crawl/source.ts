import type { Download } from "#shared/web/download.ts";

/** Where a source goes on, in its own terms: plain JSON that it reads back. */
type Place = Readonly<Record<string, string | number | boolean | null>>;

/** A recording that a source offers. */
export interface Candidate {
  /** Unique in its source, and the same in every crawl. */
  readonly id: string;
  readonly title: string;
  /** SPDX id or `Sampling-Plus`; null when the licence is not known. */
  readonly license: string | null;
  readonly genAiPreference: string | null;
  /** Where its bytes come from: a host that is down is told from one that is not. */
  readonly host: string;
  /** What is kept with the object, of this recording alone; what the source does not say is left out. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Name of the object. @throws PermanentError when nothing can be fetched under any name. */
  objectName(): string;
  /** The bytes, tried once, until `signal` ends it. @throws PermanentError when trying again cannot help. */
  open(limitBytes: number, signal: AbortSignal): Promise<Download>;
  /** How many bytes there will be, if that can be known without fetching them. */
  bytes(): Promise<number | null>;
  readonly durationSeconds: number | null;
}

/** What was found and cannot be offered, or was fetched and could not be stored. */
export interface Failure {
  /** Id in the source; null when not even that is known. */
  readonly sound_id: number | string | null;
  readonly title: string;
  readonly reason: string;
}

export interface Page {
  /** Recordings that the whole search counts. */
  readonly found: number;
  readonly candidates: readonly Candidate[];
  readonly failures: readonly Failure[];
  /** The newest `created` on the page, where the source is searched by age. */
  readonly newest: string | null;
  /** Where the page after this one begins; null after the last. */
  readonly next: Place | null;
}

/** What the source says of some ids. Of those in neither list it has said nothing that can be relied on. */
interface Found {
  readonly candidates: readonly Candidate[];
  /** Those that are gone: a complete answer does not have them. */
  readonly missing: readonly string[];
}

/** Somewhere that recordings come from. */
export interface Source {
  readonly name: string;
  /** Calls that count against a quota. */
  readonly apiCalls: number;
  /** Time spent waiting for a quota, in milliseconds. */
  readonly waitedMs: number;
  /** Where a crawl from the start begins. */
  readonly start: Place;
  /** Every page from a place on. Each recording comes once. */
  pages(place: Place): AsyncGenerator<Page, void, undefined>;
  /** Recordings by id. Absent where every crawl reads everything anyway. */
  readonly find?: (ids: readonly string[]) => Promise<Found>;
}
