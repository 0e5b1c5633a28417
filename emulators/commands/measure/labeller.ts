import { hear } from "#functions/classify/hear.ts";
import { openModel } from "#functions/classify/model.ts";
import { decide } from "#functions/classify/verdict.ts";
import { grade } from "#shared/audio/grade.ts";
import {
  type AudioReading,
  defaultAudioLimits,
  readAudio,
  refuseTooLarge,
} from "#shared/audio/read.ts";
import type { GradeConfig } from "#shared/config.ts";
import { DnsmosError, dnsmosRate } from "#shared/dnsmos/dnsmos.ts";
import { UsageError } from "../cli.ts";
import type { Row } from "../query.ts";

/** Reads and labels as the function classify does with the same settings, without a reference. */
export interface Labeller {
  /** Loads a file of so many bytes, unless it is too large, and reads it. */
  read(sizeBytes: number, load: () => Promise<Uint8Array>): Promise<AudioReading>;
  /** The columns of the table `quality` that make up a label, in camelCase. */
  columns(reading: AudioReading): Promise<Row>;
}

/** @throws UsageError when the model of the settings cannot be used. */
export async function openLabeller(config: GradeConfig): Promise<Labeller> {
  const model = openModel(config, async (bucket) => {
    const [{ Storage }, { openObjects }] = await Promise.all([
      import("@google-cloud/storage"),
      import("#shared/objects/objects.ts"),
    ]);
    return openObjects(new Storage(), bucket);
  });
  await model?.().catch((cause: unknown) => {
    throw cause instanceof DnsmosError ? new UsageError(cause.message, { cause }) : cause;
  });
  const options = { limits: defaultAudioLimits, measures: true, handOver: true };
  const read = async (sizeBytes: number, load: () => Promise<Uint8Array>) => {
    refuseTooLarge(sizeBytes, options.limits);
    const bytes = await load();
    return readAudio(bytes, model === undefined ? options : { ...options, resampleTo: dnsmosRate });
  };
  return {
    read,
    async columns(reading) {
      if (reading.measures === undefined) throw new Error("the measures did not come");
      const measured = grade(reading.measures);
      const heard = await hear(model, measured, reading);
      const decisive = config.LABEL_BASIS === "dnsmos" ? heard?.scores : undefined;
      const verdict = decide(null, measured, config.LABEL_THRESHOLDS, decisive);
      return {
        label: verdict.label,
        labelBasis: verdict.basis,
        qualityScore: verdict.score,
        labelReasons: verdict.reasons,
        unratedReason: verdict.unratedReason,
        ...(heard && {
          dnsmosSig: heard.scores.sig,
          dnsmosBak: heard.scores.bak,
          dnsmosOvrl: heard.scores.ovrl,
        }),
      };
    },
  };
}
