import { type FinalizeEvent } from "./event.ts";

export interface EventarcOptions {
  /** Taken like every emulator takes it; the events of Cloud Storage name no project (`projects/_`). */
  readonly projectId?: string;
  /** Real seconds per second of the retry policy: 1 by default; 0.001 makes 10 s of backoff 10 ms. */
  readonly clock?: number;
  /** Numbers in [0, 1) for jitter and disturbances; `seededRandom(n)` repeats a run. */
  readonly random?: () => number;
  /** How long a target may take to answer, in real seconds: 600, the longest of Pub/Sub push. */
  readonly responseTimeoutSeconds?: number;
  readonly disturb?: Disturbance;
}

/** What at-least-once delivery without order allows, on demand. */
export interface Disturbance {
  /** How many further copies of each event a trigger gets, each tried once. */
  readonly duplicates?: number;
  /** The longest wait before a first attempt, in seconds of the clock. */
  readonly delaySeconds?: number;
  /** How many events of a trigger are held back and then let go in random order. */
  readonly reorder?: number;
}

export interface TriggerOptions {
  readonly name: string;
  readonly bucket: string;
  /** Where events are POSTed: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** How many deliveries run at once. */
  readonly concurrency: number;
}

export interface TriggerStats {
  /** Events taken for this trigger. */
  readonly published: number;
  /** Events acknowledged by a 2xx. */
  readonly delivered: number;
  /** Events given up. */
  readonly deadLettered: number;
  /** Events neither delivered nor given up, whether waiting or under way. */
  readonly pending: number;
  /** Requests sent for events, without those for extra copies. */
  readonly attempts: number;
  /** Requests sent for extra copies. */
  readonly duplicates: number;
}

/** An event that was not acknowledged within 24 hours. */
export interface DeadLetter {
  readonly trigger: string;
  readonly event: FinalizeEvent;
  readonly attempts: number;
  /** What the last attempt ended with, such as `500: …` or `connect ECONNREFUSED …`. */
  readonly lastError: string;
}

export interface Eventarc {
  /** Throws when the name is taken or the options make no sense. */
  addTrigger(options: TriggerOptions): void;
  /** Sends the finalize event of an object to every trigger of its bucket; returns the event. */
  publish(object: FinalizeEvent["data"]): FinalizeEvent;
  /** Other disturbances for events published from now on. */
  disturb(disturbance: Disturbance): void;
  /** Resolves when nothing is pending, extra copies included, or after `close()`. */
  settled(): Promise<void>;
  /** Deliveries that are not over, extra copies included. */
  pending(): number;
  /** By the name of the trigger. */
  stats(): Readonly<Partial<Record<string, TriggerStats>>>;
  /** Returns a function that ends the listening. */
  onDeadLetter(listener: (letter: DeadLetter) => void): () => void;
  /** Gives up what is pending and cuts what is under way. */
  close(): void;
}
