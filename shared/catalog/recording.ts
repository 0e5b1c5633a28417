import { z } from "zod";

/** The two independent stages that every stored object goes through. */
export type Stage = "load" | "classify";

/** Where each stage keeps its fields in the document of a recording. */
export const stageFields = { load: "loaded", classify: "classified" } as const;

const rejection = z.object({
  generation: z.string(),
  reason: z.string(),
  detail: z.string(),
  rejectedAt: z.string(),
  eventId: z.string().nullable(),
});
export type Rejection = z.infer<typeof rejection>;

const stageResult = z.looseObject({ generation: z.string() });

const RecordingV1 = z.looseObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  /** Newest generation that any stage has finished. */
  generation: z.string().regex(/^\d+$/),
  loaded: stageResult.optional(),
  classified: stageResult.optional(),
  rejected: z.object({ load: rejection.optional(), classify: rejection.optional() }).prefault({}),
});

/** A document of `recordings`, in its newest schema version. */
export type Recording = z.infer<typeof RecordingV1>;

/** Reads a stored document of any schema version. Throws a `ZodError` on a shape that no version had. */
export const readRecording = (document: unknown): Recording =>
  z.discriminatedUnion("schemaVersion", [RecordingV1]).parse(document);
