import { randomUUID } from "node:crypto";
import type { KeptRows } from "../engine/kept-rows.ts";
import { withSignal } from "../engine/interrupt.ts";
import type { Outcome } from "../run/outcome.ts";
import { SqlError } from "../sql/error.ts";
import {
  ApiError,
  duplicate,
  type ErrorProto,
  errorProto,
  invalid,
  notFound,
} from "./api-error.ts";

/** What a job left; of a load or extract job also how much it moved. */
export interface JobOutcome extends Outcome {
  readonly transferred?: {
    readonly files: number;
    readonly bytes: number;
    readonly badRecords?: number;
  };
  /** Errors that did not end the job: the bad records that were left out. */
  readonly warnings?: readonly ErrorProto[];
}

export interface Job {
  readonly id: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly created: number;
  ended: number | undefined;
  outcome: JobOutcome | undefined;
  error: ErrorProto | undefined;
  /** Further errors: all records that made a load fail, or that it left out. */
  warnings: readonly ErrorProto[];
  /** Settles, never rejects, when the job is done. */
  done: Promise<void>;
  readonly location: string;
  /** The script that this job is a statement of. */
  readonly parentId: string | undefined;
  /** Stops the job with this error; too late for one that is done. */
  readonly stop: (reason: Error) => void;
  /** Its rows had to make room for those of later jobs. */
  resultsGone: boolean;
}

/** Results that are kept: the newest, together no more values in memory and no more large ones in DuckDB. */
const heldCells = 4_000_000;
const heldLarge = 16;

/** What DuckDB does not let go of by then, ends with the process. */
const closeWaitMs = 2000;

export interface JobRequest {
  /** The client's own id. Throws `duplicate` when there is a job of that id. */
  readonly id: string | undefined;
  readonly location: string | undefined;
  /** Stops the job after so long; never later than the emulator's own limit. */
  readonly timeoutMs?: number | undefined;
  /** A dry run leaves no job. */
  readonly keep?: boolean;
}

/** Jobs by id. Each is started when it is added and kept until the emulator ends. */
export class Jobs {
  readonly projectId: string;
  private readonly limitMs: number;
  private readonly jobs = new Map<string, Job>();

  /** `limitMs` is how long one job may take. */
  constructor(projectId: string, limitMs: number) {
    this.projectId = projectId;
    this.limitMs = limitMs;
  }

  start(
    { id, location = "US", timeoutMs = Infinity, keep = true }: JobRequest,
    configuration: Readonly<Record<string, unknown>>,
    work: () => Promise<JobOutcome>,
  ): Job {
    const jobId = id ?? `job_${randomUUID().replaceAll("-", "")}`;
    if (!/^[\w-]{1,1024}$/.test(jobId)) throw invalid(`Invalid job ID "${jobId}"`);
    if (this.jobs.has(jobId))
      throw duplicate("Job", `${this.projectId}:${location.toUpperCase()}.${jobId}`);
    const controller = new AbortController();
    const job: Job = {
      id: jobId,
      configuration,
      created: Date.now(),
      ended: undefined,
      outcome: undefined,
      error: undefined,
      warnings: [],
      done: Promise.resolve(),
      location: location.toUpperCase(),
      parentId: undefined,
      stop: (reason) => controller.abort(reason),
      resultsGone: false,
    };
    const limit = Math.min(timeoutMs, this.limitMs);
    const timer = setTimeout(() => job.stop(tookTooLong(limit)), limit).unref();
    const end = async () => {
      await finish(job, () => withSignal(controller.signal, work));
      clearTimeout(timer);
      if (keep) this.addChildren(job);
      await this.makeRoom();
    };
    job.done = end();
    if (keep) this.jobs.set(jobId, job);
    return job;
  }

  /** The statements of a script are jobs too, listed under it. */
  private addChildren(script: Job): void {
    for (const [i, outcome] of (script.outcome?.children ?? []).entries()) {
      const id = `script_${script.id}_${i}`;
      // Clients sort them by their time, so each has one of its own.
      const created = script.created + i;
      this.jobs.set(id, { ...script, id, created, outcome, parentId: script.id });
    }
  }

  /** The real service keeps results for a day; here the rows of old jobs go when there are many. */
  private async makeRoom(): Promise<void> {
    let [cells, large] = [0, 0];
    const gone = new Set<KeptRows>();
    for (const job of [...this.jobs.values()].toReversed()) {
      const { outcome } = job;
      if (outcome === undefined) continue;
      const { rows, kept, types } = outcome;
      if ((rows ?? kept) === undefined) continue;
      const isFirst = cells === 0 && large === 0;
      cells += (rows?.length ?? 0) * (types?.length ?? 0);
      large += kept === undefined ? 0 : 1;
      if (isFirst || (cells <= heldCells && large <= heldLarge)) continue;
      job.outcome = withoutRows(outcome);
      job.resultsGone = true;
      if (kept !== undefined) gone.add(kept);
    }
    // The statement of a script and the script itself share theirs.
    for (const { outcome } of this.jobs.values())
      if (outcome?.kept !== undefined) gone.delete(outcome.kept);
    for (const kept of gone) await kept.release();
  }

  /** Throws `notFound` when there is no such job, or it is in another location than the one named. */
  get(id: string, location?: string | null): Job {
    const job = this.jobs.get(id);
    const place = location?.toUpperCase() ?? job?.location ?? "US";
    if (job === undefined || job.location !== place)
      throw notFound("Job", `${this.projectId}:${place}.${id}`);
    return job;
  }

  delete(id: string, location?: string | null): void {
    const job = this.get(id, location);
    if (job.parentId !== undefined)
      throw invalid(`Cannot delete child job ${id}; delete its parent ${job.parentId}`);
    if (job.ended === undefined)
      throw new ApiError(400, "invalid", `Job ${id} is still running and cannot be deleted`);
    for (const child of this.list(id)) this.jobs.delete(child.id);
    this.jobs.delete(id);
  }

  /** The newest first: those at the top, or the statements of one script. */
  list(parentId?: string): Job[] {
    return [...this.jobs.values()].filter((job) => job.parentId === parentId).toReversed();
  }

  /** Stops everything that runs and waits for its end. */
  async close(): Promise<void> {
    const running = [...this.jobs.values()].filter((job) => job.ended === undefined);
    for (const job of running) job.stop(cancelled());
    await Promise.all(running.map((job) => settled(job, closeWaitMs)));
  }
}

/** A load job that met more bad records than it may; each of them is named. */
export class RecordsError extends ApiError {
  readonly records: readonly ErrorProto[];

  constructor(message: string, records: readonly ErrorProto[]) {
    super(400, "invalid", message);
    this.records = records;
  }
}

/** What a cancelled job ends with. */
export const cancelled = (): Error =>
  new SqlError("Job execution was cancelled: User requested cancellation", undefined, "stopped");

const tookTooLong = (limitMs: number): Error =>
  new SqlError(
    `Operation timed out after ${limitMs / 1000} seconds. Consider reducing the amount of work performed by your operation so that it can complete within this limit.`,
    undefined,
    "timeout",
  );

const withoutRows = ({ rows: _rows, kept: _kept, children, ...rest }: Outcome): JobOutcome => ({
  ...rest,
  ...(children === undefined ? {} : { children: children.map((child) => withoutRows(child)) }),
});

async function finish(job: Job, work: () => Promise<JobOutcome>): Promise<void> {
  try {
    job.outcome = await work();
    job.warnings = job.outcome.warnings ?? [];
  } catch (error) {
    job.error = errorProto(error);
    if (error instanceof RecordsError) job.warnings = error.records;
  } finally {
    job.ended = Date.now();
  }
}

/** Waits until the job is done, at most so long; says whether it is. */
export async function settled(job: Job, waitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, waitMs)));
  await Promise.race([job.done, late]);
  clearTimeout(timer);
  return job.ended !== undefined;
}

/** Throws the job's error as the API answers it. */
export function throwJobError({ error }: Job, code: number): void {
  if (error !== undefined) throw new ApiError(code, error.reason, error.message, error.location);
}
