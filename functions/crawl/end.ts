import { LeaseLostError, type Mark } from "#shared/catalog/crawls.ts";
import { PermanentError } from "#shared/errors.ts";
import { QuotaExhaustedError } from "#shared/freesound/freesound.ts";
import { describe } from "#shared/log.ts";
import { cut } from "./cut.ts";
import { OutOfTimeError } from "./life.ts";
import { SourceDownError } from "./page.ts";
import { type CrawlReport, errorLimit } from "./report.ts";

/** What an error that ends a run makes of it: one that the next run goes on with, or one that failed. */
export function toEnd(error: unknown): Pick<CrawlReport, "status" | "error" | "error_reason"> {
  const goesOnLater =
    error instanceof OutOfTimeError ||
    error instanceof QuotaExhaustedError ||
    error instanceof LeaseLostError;
  return {
    status: goesOnLater ? "partial" : "failed",
    error: cut(describe(error), errorLimit),
    error_reason: error instanceof PermanentError ? error.reason : null,
  };
}

/** Counts the runs that ended at a page because of it, so that it is passed at last. */
export function withStuck(mark: Mark, error: unknown, gotOn: boolean): Mark {
  const { place } = mark;
  const isStuck = error instanceof SourceDownError || (error instanceof OutOfTimeError && !gotOn);
  if (place === null || place.scan === null || !isStuck) return mark;
  return { ...mark, place: { ...place, stuck: place.stuck + 1 } };
}
