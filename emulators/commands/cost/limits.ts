import { deployment } from "./deployment.ts";
import { assumed } from "./measured.ts";
import { billedSeconds, type Scale } from "./model.ts";

/** Something that can only do so much, and what to change when it is what binds. */
export interface Limit {
  readonly name: string;
  /** Days that it needs for the recordings. */
  readonly days: number;
  readonly change: string;
}

/** Freesound has about so many; what is more comes from elsewhere, straight into the bucket. */
const freesoundSounds = 700_000;
const soundsPerRequest = 150;

/** What each part needs for the recordings with the settings that a deployment starts with, slowest first. */
export function limitsOf(scale: Scale): Limit[] {
  const { recordings } = scale;
  const { instances, crawlsPerDay, crawlSeconds, downloads, freesoundRequestsPerDay } = deployment;
  const perDay = (each: number) => recordings / each;
  const slowest = Math.max(billedSeconds("load", scale), billedSeconds("classify", scale));
  const crawled = [
    {
      name: "Freesound's key: 2,000 requests of 150 sounds a day",
      days: perDay(freesoundRequestsPerDay * soundsPerRequest),
      change: "ask Freesound for a higher rate, and set freesound_rates",
    },
    {
      name: "the crawl: 29 minutes, four times a day, eight downloads at once",
      days: perDay((crawlsPerDay * crawlSeconds * downloads) / assumed.downloadSeconds),
      change: "crawl_schedule every 30 minutes, crawl.concurrency up to 64",
    },
  ];
  const anyhow = [
    {
      name: `functions: ${instances} instances, one event at a time`,
      days: perDay((instances * 86_400) / slowest),
      change:
        "scaling.load and scaling.classify max_instances, to Cloud Run's limit for the region",
    },
    {
      name: "Firestore: 500 writes a second on a new collection, 50 % more every 5 minutes, counted to 10,000",
      days: firestoreDays(2 * recordings),
      change:
        "start slowly; beyond, ids that are spread (a hash before the name) avoid one hot range",
    },
    {
      name: "BigQuery: 300 MB a second streamed",
      days: perDay((300e6 / 2_600) * 86_400),
      change: "write rows to files and load them: free, and without this quota",
    },
  ];
  const limits = recordings <= freesoundSounds ? [...crawled, ...anyhow] : anyhow;
  return limits.toSorted((a, b) => b.days - a.days);
}

/** Days for so many writes when the rate may grow by half every five minutes from 500 a second. */
function firestoreDays(writes: number): number {
  let rate = 500;
  let seconds = 0;
  let left = writes;
  while (rate < 10_000 && left > rate * 300) {
    left -= rate * 300;
    seconds += 300;
    rate *= 1.5;
  }
  return (seconds + left / Math.min(rate, 10_000)) / 86_400;
}
