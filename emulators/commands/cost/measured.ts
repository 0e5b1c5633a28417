/**
 * What a recording takes. CPU: `npm run bench -- recording` on 2026-11-22, on two shared cores with other work beside
 * it; 16-bit WAV at 22 kHz, 5 and 62 s, fitted as a line. Calls and bytes: counted in the code and in its rows.
 */
export const measured = {
  /** CPU seconds of one event: so much always, and so much for a second of audio. */
  load: { fixed: 0.028, perSecond: 0.0019 },
  classify: { fixed: 0.043, perSecond: 0.0044 },
  classifyWithReference: { fixed: 0.066, perSecond: 0.0345 },
  /** CPU seconds of a new instance until it has done its first event, beyond what a second one takes: `npm run bench -- cold`. */
  coldStart: 0.65,

  /** Calls of each stage for a recording: functions/*, shared/stage.ts, shared/catalog/catalog.ts. */
  calls: {
    crawl: {
      storageClassA: 1,
      storageClassB: 1,
      firestoreReads: 0,
      firestoreWrites: 0,
      rows: 0,
      messages: 0,
    },
    load: {
      storageClassA: 0,
      storageClassB: 1,
      firestoreReads: 2,
      firestoreWrites: 1,
      rows: 1,
      messages: 1,
    },
    // One list of the references bucket is a class A operation.
    classify: {
      storageClassA: 1,
      storageClassB: 1,
      firestoreReads: 2,
      firestoreWrites: 1,
      rows: 1,
      messages: 1,
    },
  },
  /** Bytes of a row as it is streamed, of a message, and of an event on its way to one function. */
  rowBytes: 1_300,
  messageBytes: 1_500,
  eventBytes: 2_000,
  /** Bytes that a recording takes in Firestore with its indexes, and in the two tables. */
  documentBytes: 6_000,
  tableBytes: 2_000,
  /** Log lines of a recording at INFO, in bytes. */
  logBytes: 1_200,
} as const;

/** What the cloud adds and nothing here can measure: assumptions, each with its reason. */
export const assumed = {
  /** A function waits so long, in seconds, for Google's services in one event: seven calls of 20 to 100 ms. */
  waitSeconds: 0.4,
  /** Events that one instance handles before it goes: instances live for minutes in a crawl. */
  eventsPerInstance: 50,
  /** Seconds that one download of a preview takes the crawl. */
  downloadSeconds: 0.5,
  /** Share of recordings that have a reference. */
  referenceShare: 0.1,
  /** Mean length of a recording, in seconds, and bytes of a second of a 128 kbit/s preview. */
  secondsPerRecording: 30,
  bytesPerSecond: 16_000,
} as const;
