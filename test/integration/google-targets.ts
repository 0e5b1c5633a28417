import type { Emulator } from "#emulators/emulator.ts";
import { startGoogleFirestore, startGooglePubsub } from "#emulators/google.ts";

/** A server that a contract suite runs against, for `describe.each(…)("… on $name", …)`. */
export interface Target {
  readonly name: "ours" | "google";
  start(): Promise<Emulator>;
}

/** Google's own emulators take part when this is 1; they need Java and the Cloud SDK. */
const withGoogle = process.env["EARMARK_GOOGLE_EMULATORS"] === "1";

const targets = (ours: Target["start"], google: Target["start"]): readonly Target[] => [
  { name: "ours", start: ours },
  ...(withGoogle ? [{ name: "google" as const, start: google }] : []),
];

export const firestoreTargets = targets(
  async () => (await import("#emulators/firestore/index.ts")).startFirestoreEmulator(),
  () => startGoogleFirestore(),
);

export const pubsubTargets = targets(
  async () => (await import("#emulators/pubsub/index.ts")).startPubsubEmulator(),
  () => startGooglePubsub(),
);
