import type { AudioLimits, AudioReading, ReadOptions } from "#shared/audio/read.ts";
import { PermanentError } from "#shared/errors.ts";
import type { ObjectFinalized } from "#shared/events.ts";
import type { Objects } from "#shared/objects/objects.ts";
import type { StagePlan } from "#shared/stage.ts";
import type { Row } from "#shared/warehouse/warehouse.ts";
import { comparePair, type Comparison } from "./compare.ts";
import { findReference, type Reference } from "./reference.ts";
import { decide, type Thresholds } from "./verdict.ts";

/** Version of the rule and of what it rests on: a change of either that can move a label raises it. */
export const classifierVersion = "1";

export interface ClassifyEdges {
  readonly recordings: Objects;
  readonly references: Objects;
  readonly readAudio: (bytes: Uint8Array, options: ReadOptions) => Promise<AudioReading>;
}

export interface ClassifySettings {
  readonly limits: AudioLimits;
  readonly thresholds: Thresholds;
  readonly fixedReference: string | undefined;
}

/** The stage `classify`: a recording, and its reference where there is one, to a score and a label. */
export const classifyStage = (edges: ClassifyEdges, settings: ClassifySettings): StagePlan => ({
  stage: "classify",
  table: "quality",
  done: "recording.classified.v1",
  async work(object, eventId) {
    const { limits, thresholds, fixedReference } = settings;
    if (object.size > limits.maxBytes)
      throw new PermanentError(
        "too-large",
        `the file has ${object.size} bytes, over the ${limits.maxBytes} of MAX_BYTES`,
      );
    const bytes = await edges.recordings.read(object.name, object.generation);
    const reading = await edges.readAudio(bytes, { limits, resampleTo: "auto" });
    const { reference, missing } = await findReference(edges.references, object, fixedReference);
    const comparison = reference === null ? null : await compare(edges, limits, reference, bytes, reading);
    ...
  },
});
