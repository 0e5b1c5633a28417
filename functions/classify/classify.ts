import type { AudioLimits, AudioReading, ReadOptions } from "#shared/audio/read.ts";
import { PermanentError } from "#shared/errors.ts";
import type { ObjectFinalized } from "#shared/events.ts";
import type { Objects } from "#shared/objects/objects.ts";
import type { StagePlan } from "#shared/stage.ts";
import type { Row } from "#shared/warehouse/warehouse.ts";
import { comparePair, type Comparison, noComparison } from "./compare.ts";
import { findReference } from "./reference.ts";
import { decide, type MeasuredGrade, type Thresholds, type Verdict } from "./verdict.ts";

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
