import { deployment } from "./deployment.ts";
import { assumed, measured } from "./measured.ts";
import { type Price, prices } from "./prices.ts";

export interface Scale {
  readonly recordings: number;
  /** Mean length of a recording, in seconds. */
  readonly seconds: number;
  /** Share of recordings that have a reference, 0 to 1. */
  readonly referenceShare: number;
  /** Over how many months the recordings come in: each has its free amounts. */
  readonly months: number;
}

export interface Cost {
  /** Dollars to process the recordings once, by service. */
  readonly process: Readonly<Record<string, number>>;
  /** Dollars a month to keep them, by service. */
  readonly keep: Readonly<Record<string, number>>;
}

/** Seconds that an instance is billed for one event: work, waiting, and its share of a cold start, in steps of 100 ms. */
export function billedSeconds(stage: "load" | "classify", scale: Scale): number {
  const { seconds, referenceShare } = scale;
  const line = ({ fixed, perSecond }: { fixed: number; perSecond: number }) =>
    fixed + perSecond * seconds;
  const work =
    stage === "load"
      ? line(measured.load)
      : (1 - referenceShare) * line(measured.classify) +
        referenceShare * line(measured.classifyWithReference);
  const cold = measured.coldStart / assumed.eventsPerInstance;
  return Math.ceil((work + assumed.waitSeconds + cold) * 10) / 10;
}

export function costOf(scale: Scale): Cost {
  const { recordings, seconds, months } = scale;
  const { calls } = measured;
  const { memoryGiB, downloads } = deployment;
  const stages = [calls.crawl, calls.load, calls.classify];
  const sum = (key: keyof typeof calls.load) =>
    recordings * stages.reduce((total, stage) => total + stage[key], 0);
  const busy = {
    crawl: (recordings * assumed.downloadSeconds) / downloads,
    load: recordings * billedSeconds("load", scale),
    classify: recordings * billedSeconds("classify", scale),
  };
  const cpu = busy.crawl + busy.load + busy.classify;
  const memory =
    busy.crawl * memoryGiB.crawl + busy.load * memoryGiB.load + busy.classify * memoryGiB.classify;
  // An event is published once and delivered to each function; a message is published, and the dead letters are few.
  const piped = recordings * (3 * measured.eventBytes) + sum("messages") * measured.messageBytes;
  const pay = (price: Price, units: number) => dollars(price, units, months);
  return {
    process: {
      "Cloud Run functions":
        pay(prices.cpu, cpu) + pay(prices.memory, memory) + pay(prices.requests, 2 * recordings),
      "Cloud Storage":
        pay(prices.storageClassA, sum("storageClassA")) +
        pay(prices.storageClassB, sum("storageClassB")),
      Firestore:
        pay(prices.firestoreReads, sum("firestoreReads")) +
        pay(prices.firestoreWrites, sum("firestoreWrites")),
      BigQuery: pay(prices.streaming, sum("rows") * measured.rowBytes),
      "Pub/Sub and Eventarc": pay(prices.pubsub, piped),
      Logging: pay(prices.logs, recordings * measured.logBytes),
    },
    keep: {
      "Cloud Storage": dollars(
        prices.storageMonth,
        recordings * seconds * assumed.bytesPerSecond,
        1,
      ),
      Firestore: dollars(prices.firestoreMonth, recordings * measured.documentBytes, 1),
      BigQuery: dollars(prices.tableMonth, recordings * measured.tableBytes, 1),
    },
  };
}

export const totalOf = (costs: Readonly<Record<string, number>>): number =>
  Object.values(costs).reduce((sum, cost) => sum + cost, 0);

const dollars = ({ usd, per, free }: Price, units: number, months: number) =>
  (Math.max(0, units - free * months) / per) * usd;
