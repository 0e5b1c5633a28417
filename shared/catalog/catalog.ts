import { type DocumentData, FieldValue, type Firestore } from "@google-cloud/firestore";
import { documentId } from "./document-id.ts";
import { readRecording, type Rejection, type Stage, stageFields } from "./recording.ts";

/** What the catalog already holds about one stage of one version of a recording. */
type Known = "new" | "done" | "superseded";

type Outcome =
  | { readonly fields: Readonly<Record<string, unknown>> }
  | { readonly rejection: Omit<Rejection, "generation"> };

export interface Catalog {
  /** Whether a stage has still to run on a version: cheap, no transaction. */
  known(id: string, generation: string, stage: Stage): Promise<Known>;
  /**
   * Keeps the outcome of a stage, once for each version: a second time, or for a version older than the newest
   * one seen, nothing is written and the answer says so.
   */
  finish(id: string, generation: string, stage: Stage, outcome: Outcome): Promise<Known>;
  /** Forgets the outcome of a stage, so that it runs again. Rejects when the recording is not known. */
  reopen(id: string, stage: Stage): Promise<void>;
  /** Why a stage rejected a recording in its newest version; null when it did not. */
  rejection(id: string, stage: Stage): Promise<Rejection | null>;
}

/** Opens the collection `recordings`. */
export function openCatalog(firestore: Firestore): Catalog {
  const recordings = firestore.collection("recordings");
  return {
    async known(id, generation, stage) {
      const snapshot = await recordings.doc(documentId(id)).get();
      return compare(snapshot.data(), generation, stage);
    },

    finish: (id, generation, stage, outcome) =>
      firestore.runTransaction(async (transaction) => {
        const document = recordings.doc(documentId(id));
        const snapshot = await transaction.get(document);
        const known = compare(snapshot.data(), generation, stage);
        if (known !== "new") return known;
        const rejected =
          "rejection" in outcome ? { ...outcome.rejection, generation } : FieldValue.delete();
        transaction.set(
          document,
          {
            schemaVersion: 1,
            id,
            generation,
            updatedAt: FieldValue.serverTimestamp(),
            ...("fields" in outcome
              ? { [stageFields[stage]]: { ...outcome.fields, generation } }
              : {}),
            rejected: { [stage]: rejected },
          },
          { merge: true },
        );
        return known;
      }),

    async reopen(id, stage) {
      const forgotten = FieldValue.delete();
      await recordings
        .doc(documentId(id))
        .update({ [stageFields[stage]]: forgotten, [`rejected.${stage}`]: forgotten });
    },

    async rejection(id, stage) {
      const snapshot = await recordings.doc(documentId(id)).get();
      return snapshot.exists ? (readRecording(snapshot.data()).rejected[stage] ?? null) : null;
    },
  };
}

function compare(document: DocumentData | undefined, generation: string, stage: Stage): Known {
  if (document === undefined) return "new";
  const recording = readRecording(document);
  if (BigInt(recording.generation) > BigInt(generation)) return "superseded";
  const done =
    recording[stageFields[stage]]?.generation === generation ||
    recording.rejected[stage]?.generation === generation;
  return done ? "done" : "new";
}
