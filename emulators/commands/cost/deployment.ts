/** Settings of a new deployment that the model reckons with; a test holds them to the plan of terraform/. */
export const deployment = {
  memoryGiB: { crawl: 0.5, load: 1, classify: 2 },
  /** Instances of `load` and of `classify`, one event at a time in each. */
  instances: 20,
  /** When the crawl runs, and for how long at most. */
  crawlSchedule: "0 */6 * * *",
  crawlsPerDay: 4,
  crawlSeconds: 1740,
  /** Downloads at the same time. */
  downloads: 8,
  freesoundRequestsPerDay: 2000,
} as const;
