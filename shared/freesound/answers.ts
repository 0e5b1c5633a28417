import { text } from "node:stream/consumers";
import { PermanentError } from "#shared/errors.ts";
import type { Answer } from "#shared/web/request.ts";
import { parseRetryAfter } from "#shared/web/retry-after.ts";
import { FreesoundError, toError } from "./throttle.ts";

/**
 * What an answer that is no success means. A 404 of a file is told apart by the caller. A file's host, where the
 * quota pays for nothing, has rates of its own: its 429 says nothing of the key, and how long to wait only in
 * Retry-After.
 */
export async function toAnswerError(answer: Answer, metered: boolean, now: number): Promise<Error> {
  const detail = toDetail(await textOf(answer, 64 * 1024));
  const retryAfter = answer.headers["retry-after"];
  if (!metered && answer.status === 429)
    return new FreesoundError(429, detail, parseRetryAfter(retryAfter, now));
  return toError(answer.status, detail, retryAfter, now);
}

/** @throws PermanentError `answer-too-large` */
export async function textOf(
  { chunks }: Pick<Answer, "chunks">,
  limitBytes: number,
): Promise<string> {
  let size = 0;
  async function* limited() {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > limitBytes)
        throw new PermanentError("answer-too-large", `an answer of over ${limitBytes} bytes`);
      yield chunk;
    }
  }
  return text(limited());
}

/** Every error of the API is `{"detail": …}`; a proxy in between may answer anything. */
function toDetail(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null && "detail" in parsed)
      return String(parsed.detail);
  } catch {
    // not JSON: the text itself is the detail
  }
  return body.slice(0, 200);
}
