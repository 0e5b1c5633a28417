/** A list price in US dollars, without discounts. */
export interface Price {
  readonly usd: number;
  /** Units that the price is for. */
  readonly per: number;
  /** Units a month that are free. */
  readonly free: number;
  readonly unit: string;
  readonly source: string;
}

const price = (usd: number, per: number, unit: string, source: string, free = 0): Price => ({
  usd,
  per,
  free,
  unit,
  source,
});

const GiB = 2 ** 30;

/**
 * When the prices were entered, from public copies of the pages named: look there before relying on a large sum. They
 * are those of us-central1; europe-west1 is in the same tier of Cloud Run and Cloud Storage.
 */
export const pricesAsOf = "2026-11-22";

export const prices = {
  cpu: price(0.000024, 1, "vCPU-second", "https://cloud.google.com/run/pricing", 180_000),
  memory: price(0.0000025, 1, "GiB-second", "https://cloud.google.com/run/pricing", 360_000),
  requests: price(0.4, 1e6, "request", "https://cloud.google.com/run/pricing", 2e6),
  storageClassA: price(0.005, 1000, "operation", "https://cloud.google.com/storage/pricing"),
  storageClassB: price(0.0004, 1000, "operation", "https://cloud.google.com/storage/pricing"),
  storageMonth: price(0.02, 1e9, "byte a month", "https://cloud.google.com/storage/pricing"),
  // A named database: by some copies of the page only (default) has free amounts, so that none are reckoned with.
  firestoreReads: price(0.03, 100_000, "document", "https://cloud.google.com/firestore/pricing"),
  firestoreWrites: price(0.09, 100_000, "document", "https://cloud.google.com/firestore/pricing"),
  firestoreMonth: price(0.15, GiB, "byte a month", "https://cloud.google.com/firestore/pricing"),
  streaming: price(0.01, 200 * 2 ** 20, "byte", "https://cloud.google.com/bigquery/pricing"),
  tableMonth: price(
    0.02,
    GiB,
    "byte a month",
    "https://cloud.google.com/bigquery/pricing",
    10 * GiB,
  ),
  pubsub: price(40, 2 ** 40, "byte", "https://cloud.google.com/pubsub/pricing", 10 * GiB),
  logs: price(0.5, GiB, "byte", "https://cloud.google.com/stackdriver/pricing", 50 * GiB),
} as const satisfies Record<string, Price>;

/** What runs whether or not there is work, in dollars a month. */
export const standing = {
  "Secret Manager, one version": 0.06,
  "Artifact Registry, three images of three functions (about 1.5 GB shared)": 0.1,
  "Cloud Scheduler, one job (three are free)": 0,
  "Alert conditions, four at $0.10 (charged from 2026)": 0.4,
} as const;

/** The case study's stack, which runs all the time: https://cloud.google.com/compute/vm-instance-pricing, https://cloud.google.com/composer/pricing */
export const airflow = {
  "Airflow on one e2-standard-2 with a 50 GB disk": 0.06701 * 730 + 50 * 0.1,
  "Cloud Composer 3, small, at its least": 300,
} as const;
