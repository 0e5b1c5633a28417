import type { Catalog } from "./catalog/catalog.ts";
import type { Stage } from "./catalog/recording.ts";
import { ObjectGoneError, PermanentError } from "./errors.ts";
import type { Events, ObjectFinalized, RecordingEventType } from "./events.ts";
import { log } from "./log.ts";
import type { Row, TableName, Warehouse } from "./warehouse/warehouse.ts";

export interface StageEdges {
  readonly catalog: Catalog;
  readonly warehouse: Warehouse;
  readonly events: Events;
}

export interface StagePlan {
  readonly stage: Stage;
  readonly table: TableName;
  readonly done: RecordingEventType;
  /** Larger objects are rejected without being read. */
  readonly maxBytes: number;
  /** Makes the row of this version. A `PermanentError` makes it a rejection. */
  readonly work: (object: ObjectFinalized, eventId: string | null) => Promise<Row>;
}

/**
 * Runs one stage on one version of a recording so that delivering the event again leaves the same state.
 *
 * The order keeps every promise when the process dies at any point: the warehouse row and the message go out
 * first (the row's insertId and the views count it once), the catalog, which says "done", comes last.
 * `eventId` is null when a person replays the stage.
 */
export async function runStage(
  edges: StageEdges,
  { stage, table, done, maxBytes, work }: StagePlan,
  object: ObjectFinalized,
  eventId: string | null,
): Promise<void> {
  const { name: id, generation } = object;
  const about = { stage, eventId, objectName: id, generation };
  if (id.endsWith("/")) return log.placeholderIgnored(about);

  const known = await edges.catalog.known(id, generation, stage);
  if (known === "done") return log.recordingKnown(about);
  if (known === "superseded") return log.recordingSuperseded(about);

  // A replay is meant to add a row: within a minute the same insertId would not.
  const insertId = `${id}#${generation}#${stage}${eventId === null ? `#${Date.now()}` : ""}`;
  try {
    if (object.size > maxBytes)
      throw new PermanentError(
        "too-large",
        `the file has ${object.size} bytes, over the ${maxBytes} of MAX_BYTES`,
      );
    const row = await work(object, eventId);
    await edges.warehouse.insert(table, insertId, row);
    await edges.events.publish(done, { id, generation, ...row });
    await edges.catalog.finish(id, generation, stage, { fields: row });
    log.recordingDone(about);
  } catch (error) {
    if (error instanceof ObjectGoneError) return log.recordingGone(about);
    if (!(error instanceof PermanentError)) throw error;
    const { reason, message: detail } = error;
    const rejectedAt = new Date().toISOString();
    const rejection = {
      title: object.metadata["title"] ?? id.slice(id.lastIndexOf("/") + 1),
      id,
      generation,
      stage,
      reason,
      detail,
      rejected_at: rejectedAt,
      event_id: eventId,
    };
    await edges.warehouse.insert("rejections", `${insertId}#rejected`, rejection);
    await edges.events.publish("recording.rejected.v1", rejection);
    await edges.events.deadLetter({ ...rejection, bucket: object.bucket });
    await edges.catalog.finish(id, generation, stage, {
      rejection: { reason, detail, rejectedAt, eventId },
    });
    log.recordingRejected({ ...about, reason, detail });
  }
}
