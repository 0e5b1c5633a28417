import type { IncomingMessage, ServerResponse } from "node:http";
import { type Emulator, listen, type ListenOptions } from "../emulator.ts";
import { ApiError, codeOf, errorBody, notFound } from "./rest/api-error.ts";
import { checkProject, datasetRoutes } from "./rest/datasets.ts";
import { Jobs } from "./rest/job-store.ts";
import { insert, jobRoutes } from "./rest/jobs.ts";
import { resumableRoutes } from "./rest/resumable.ts";
import { discoveryRoutes } from "./rest/discovery.ts";
import { compile, readRequest, Reply } from "./rest/router.ts";
import { openObjectStorage } from "./rest/object-storage.ts";
import { routineRoutes } from "./rest/routines.ts";
import { tabledataRoutes } from "./rest/tabledata.ts";
import { tableRoutes } from "./rest/tables.ts";
import { openStore, type Store } from "./store/store.ts";

export interface BigqueryOptions extends ListenOptions {
  /** The one project that the emulator has. */
  readonly projectId: string;
  /**
   * A file that keeps everything, and has it again when it is named again: what a request has confirmed outlives a
   * killed process. Without it all is in memory.
   */
  readonly path?: string;
  /** The local Cloud Storage, `http://127.0.0.1:PORT`: what `gs://` means in load and extract jobs. */
  readonly storageUrl?: string;
  /** How long one job may take, 5 minutes unless told: the real one's six hours would be a hang here. */
  readonly jobLimitMs?: number;
}

export interface BigqueryEmulator extends Emulator {
  readonly store: Store;
  /** The next `times` requests fail with this status, and BigQuery's reason for it. */
  failNext(status: number, reason?: string, times?: number): void;
}

const routes = () => ({
  ...discoveryRoutes,
  ...datasetRoutes,
  ...tableRoutes,
  ...tabledataRoutes,
  ...jobRoutes,
  ...routineRoutes,
  ...resumableRoutes(insert),
});

/** BigQuery's REST API v2 over DuckDB; `url` goes into `BIGQUERY_EMULATOR_HOST`. */
export async function startBigqueryEmulator(options: BigqueryOptions): Promise<BigqueryEmulator> {
  const store = await openStore(options.projectId, options.path);
  const jobs = new Jobs(options.projectId, options.jobLimitMs ?? 5 * 60_000);
  const storage =
    options.storageUrl === undefined ? undefined : openObjectStorage(options.storageUrl);
  const find = compile(routes());
  const failures: ApiError[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const failure = failures.shift();
      const { raw, body } = await readRequest(request);
      if (failure !== undefined) throw failure;
      const baseUrl = `http://${request.headers.host ?? "127.0.0.1"}`;
      const url = new URL(request.url ?? "/", baseUrl);
      const path = url.pathname.replace(/^(?:(?:\/resumable)?\/upload)?\/bigquery\/v2(?=\/)/, "");
      const match = find(request.method ?? "GET", path);
      if (match === undefined) throw notFound("Method", `${request.method} ${path}`);
      checkProject(store, match.path["project"]);
      const contentType = request.headers["content-type"] ?? "";
      const result = await match.handler({
        store,
        jobs,
        storage,
        path: match.path,
        query: url.searchParams,
        body,
        raw,
        contentType,
        baseUrl,
        header: (name) => request.headers[name]?.toString(),
      });
      if (result === undefined) response.writeHead(204).end();
      else if (result instanceof Reply) send(response, result.status, result.body, result.headers);
      else send(response, 200, result);
    } catch (error) {
      const { code, body } = errorBody(error);
      send(response, code, body);
    }
  };
  const emulator = await listen(
    (request, response) => void handle(request, response),
    options,
  ).catch((error: unknown) => {
    store.engine.close();
    throw error;
  });
  let closed = false;
  return {
    ...emulator,
    store,
    failNext(status, reason = reasonOf(status), times = 1) {
      for (let i = 0; i < times; i += 1)
        failures.push(new ApiError(status, reason, `Told to fail with ${reason}`));
    },
    async close() {
      if (closed) return;
      closed = true;
      await emulator.close();
      await jobs.close();
      await store.close();
    },
  };
}

const reasonOf = (status: number) =>
  [
    "notFound",
    "duplicate",
    "rateLimitExceeded",
    "notImplemented",
    "internalError",
    "backendError",
  ].find((reason) => codeOf(reason) === status) ?? "invalid";

function send(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response
    .writeHead(code, {
      ...headers,
      "content-type": "application/json; charset=UTF-8",
      "content-length": Buffer.byteLength(text),
    })
    .end(text);
}
