import { randomUUID } from "node:crypto";
import type { Outcome } from "../run/outcome.ts";
import { ApiError, duplicate, type ErrorProto, errorProto, notFound } from "./api-error.ts";

export interface Job {
  readonly id: string;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly created: number;
  ended: number | undefined;
  outcome: Outcome | undefined;
  error: ErrorProto | undefined;
  /** Settles, never rejects, when the job is done. */
  done: Promise<void>;
  readonly location: string;
}

/** Jobs by id. Each is started when it is added and kept until the emulator ends. */
export class Jobs {
  readonly projectId: string;
  private readonly jobs = new Map<string, Job>();

  constructor(projectId: string) {
    this.projectId = projectId;
  }

  start(
    { id, location }: { id: string | undefined; location: string | undefined },
    configuration: Readonly<Record<string, unknown>>,
    work: () => Promise<Outcome>,
  ): Job {
    const jobId = id ?? `job_${randomUUID().replaceAll("-", "")}`;
    if (this.jobs.has(jobId)) throw duplicate("Job", `${this.projectId}:US.${jobId}`);
    const job: Job = {
      id: jobId,
      configuration,
      created: Date.now(),
      ended: undefined,
      outcome: undefined,
      error: undefined,
      done: Promise.resolve(),
      location: location ?? "US",
    };
    job.done = finish(job, work);
    this.jobs.set(jobId, job);
    return job;
  }

  get(id: string): Job {
    const job = this.jobs.get(id);
    if (job === undefined) throw notFound("Job", `${this.projectId}:${id}`);
    return job;
  }

  delete(id: string): void {
    this.get(id);
    this.jobs.delete(id);
  }

  list(): Job[] {
    return [...this.jobs.values()].toReversed();
  }
}

async function finish(job: Job, work: () => Promise<Outcome>): Promise<void> {
  try {
    job.outcome = await work();
  } catch (error) {
    job.error = errorProto(error);
  } finally {
    job.ended = Date.now();
  }
}

/** Throws the job's error as the API answers it. */
export function throwJobError({ error }: Job, code: number): void {
  if (error !== undefined) throw new ApiError(code, error.reason, error.message, error.location);
}
