import { PermanentError } from "#shared/errors.ts";
import { UploadError } from "#shared/objects/objects.ts";

/** After so many downloads without an answer, and none with one, a host is taken to be down. */
export const silenceLimit = 8;

/** Refusals of our own, before anybody was asked. */
const unasked = new Set(["refused-address", "foreign-host"]);

/** Whether nobody has said anything about the recording, good or bad. Our own Storage's failures are neither. */
export const isSilence = (error: unknown): boolean =>
  !(error instanceof PermanentError) && !(error instanceof UploadError);

/**
 * The hosts of one page of recordings: which have answered, with a file or with a word about one. A host that is
 * down must not be waited for with each of its files, and says nothing about the others.
 */
export class Hosts {
  #answered = new Set<string>();
  #silent = new Map<string, number>();

  /** @throws Error when the host has been silent so often that asking once more is lost time */
  admit(host: string): void {
    const silences = this.#silent.get(host) ?? 0;
    if (this.#answered.has(host) || silences < silenceLimit) return;
    throw new Error(`${host} has answered none of ${silences} downloads before`);
  }

  succeeded(host: string): void {
    this.#answered.add(host);
  }

  failed(host: string, error: unknown): void {
    const isAnswer = error instanceof PermanentError && !unasked.has(error.reason);
    if (isAnswer) this.#answered.add(host);
    else if (isSilence(error)) this.#silent.set(host, (this.#silent.get(host) ?? 0) + 1);
  }

  get anyAnswered(): boolean {
    return this.#answered.size > 0;
  }
}
