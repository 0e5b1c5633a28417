import { z } from "zod";

const thresholds = z
  .string()
  .regex(/^\d(\.\d+)?,\d(\.\d+)?,\d(\.\d+)?$/, "three numbers: Excellent,Good,Fair")
  .transform((text) => text.split(",").map(Number))
  .refine(
    ([excellent = 0, good = 0, fair = 0]) => excellent > good && good > fair,
    "must fall: Excellent > Good > Fair",
  )
  .transform(([excellent = 0, good = 0, fair = 0]) => ({ excellent, good, fair }));

/** What a label is made of. */
export const labelling = {
  /** Least scores of Excellent, Good and Fair. */
  LABEL_THRESHOLDS: thresholds.prefault("4.5,3.5,2.5"),
  /** What a label rests on where no reference proves itself. */
  LABEL_BASIS: z.enum(["measures", "dnsmos"]).default("measures"),
  /** An ONNX file of DNSMOS P.835, which then scores every recording; unset is off. */
  DNSMOS_MODEL: z
    .string()
    .regex(/^(gs:\/\/[^/]+\/.|(?![a-z]+:\/\/))/, "must be gs://BUCKET/OBJECT or the path of a file")
    .optional(),
  /** SHA-256 of that file, in the place of the published model's. */
  DNSMOS_MODEL_SHA256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, "must be 64 hexadecimal digits")
    .transform((digits) => digits.toLowerCase())
    .optional(),
};

/** A label that rests on a model needs one. */
export function needsModel(
  config: z.infer<z.ZodObject<typeof labelling>>,
  context: z.RefinementCtx,
): void {
  if (config.LABEL_BASIS === "dnsmos" && config.DNSMOS_MODEL === undefined)
    context.addIssue({ code: "custom", path: ["LABEL_BASIS"], message: "needs DNSMOS_MODEL" });
}
