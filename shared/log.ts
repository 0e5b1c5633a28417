/** Severities of Cloud Logging that Earmark uses, least first. */
export const logLevels = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;
export type LogLevel = (typeof logLevels)[number];

type Fields = Readonly<Record<string, unknown>>;

let threshold: LogLevel = "INFO";

/** Lines below `level` are not written. Set once, by the entry of a function. */
export function setLogLevel(level: LogLevel): void {
  threshold = level;
}

/** One structured line on stdout, in the form that Cloud Logging parses. */
function write(severity: LogLevel, message: string, fields: Fields): void {
  if (logLevels.indexOf(severity) < logLevels.indexOf(threshold)) return;
  process.stdout.write(`${JSON.stringify({ severity, message, ...fields })}\n`);
}

/** An error with its causes, as text. */
export const describe = (error: unknown): string =>
  error instanceof Error
    ? error.message + (error.cause === undefined ? "" : ` (${describe(error.cause)})`)
    : String(error);

/** What a line about a recording always says. */
export type About = Readonly<
  Record<"stage" | "objectName" | "generation", string> & { eventId: string | null }
>;

/** A function for each thing worth saying: the vocabulary of Earmark's logs. */
export const log = {
  crawlStarted: (f: {
    crawlId: string;
    query: string;
    filter: string | null;
    limit: number | null;
  }) => write("INFO", "crawl started", f),
  crawlFinished: (f: {
    crawlId: string;
    status: string;
    stored: number;
    failed: number;
    given_up: number;
    bound_by: string | null;
    quota_wait_seconds: number;
  }) => write("INFO", "crawl finished", f),
  rowsLeft: (error: unknown) =>
    write("WARNING", "rows of earlier crawls wait for the next crawl", { error: describe(error) }),
  crawlFailed: (f: { crawlId: string }, error: unknown) =>
    write("ERROR", "crawl failed", { ...f, error: describe(error) }),
  requestFailed: (error: unknown) => write("ERROR", "request failed", { error: describe(error) }),
  requestRefused: (f: { status: number; problems: readonly string[] }) =>
    write("WARNING", "request refused", f),
  crawlTakenOver: (f: { crawlId: string; from: string }) =>
    write("WARNING", "crawl goes on where another one ended without a word", f),
  leaseLost: (f: { crawlId: string }) =>
    write("WARNING", "crawl ends because another one has taken over", f),
  heartbeatFailed: (error: unknown) =>
    write("WARNING", "the crawl's lease could not be prolonged", { error: describe(error) }),
  oldTokenKept: (error: unknown) =>
    write("WARNING", "a used-up refresh token could not be destroyed", { error: describe(error) }),
  quotaWaiting: (f: { waitMs: number }) => write("INFO", "waiting for the quota of the API key", f),
  soundStored: (f: { crawlId: string; objectName: string; bytes: number }) =>
    write("DEBUG", "sound stored", f),
  soundChanged: (f: { crawlId: string; objectName: string; fields: readonly string[] }) =>
    write("INFO", "sound changed at its source", f),
  soundDeleted: (f: { crawlId: string; objectName: string }) =>
    write("INFO", "sound deleted at its source", f),
  soundFailed: (f: { crawlId: string; soundId: number | string }, error: unknown) =>
    write("WARNING", "sound failed", { ...f, error: describe(error) }),
  recordingDone: (f: About & Fields) => write("INFO", "recording done", f),
  recordingKnown: (f: About) => write("DEBUG", "recording already done", f),
  recordingSuperseded: (f: About) => write("INFO", "recording superseded by a newer version", f),
  recordingGone: (f: About) => write("INFO", "recording deleted or replaced before it was read", f),
  recordingRejected: (f: About & { reason: string; detail: string }) =>
    write("WARNING", "recording rejected", f),
  placeholderIgnored: (f: { eventId: string | null; objectName: string }) =>
    write("DEBUG", "folder placeholder ignored", f),
  eventRejected: (f: { eventId: string; eventType: string }, error: unknown) =>
    write("ERROR", "event rejected", { ...f, error: describe(error) }),
  eventFailed: (f: { eventId: string; eventType: string }, error: unknown) =>
    write("ERROR", "event failed and will be delivered again", { ...f, error: describe(error) }),
  retrying: (f: { call: string; attempt: number; waitMs: number }, error: unknown) =>
    write("INFO", "retrying", { ...f, error: describe(error) }),
};
