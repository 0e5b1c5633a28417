import type { Outcome } from "../run/outcome.ts";
import { run } from "../run/run.ts";
import type { Store } from "../store/store.ts";
import { ApiError, invalid } from "./api-error.ts";
import { type Destination, writeTable } from "./destination.ts";
import { type QueryParameter, readParams } from "./params.ts";
import { hasContent } from "./router.ts";

export interface QueryConfig extends Destination {
  readonly query?: unknown;
  readonly queryParameters?: readonly QueryParameter[];
  readonly defaultDataset?: { readonly datasetId?: string; readonly projectId?: string };
  readonly useLegacySql?: unknown;
  readonly [other: string]: unknown;
}

/** The service's limit on the text of a query (Quotas: "Maximum unresolved GoogleSQL query length"). */
const longestQuery = 1_048_576;

/** What is asked for and would change the answer, and is not here: refused instead of passed over. */
const refused = [
  "tableDefinitions",
  "connectionProperties",
  "createSession",
  "userDefinedFunctionResources",
];

/** The work of a query job. Throws at once for what is wrong before the text is read. */
export function queryWork(
  store: Store,
  config: QueryConfig,
  dryRun: boolean,
): () => Promise<Outcome> {
  const { query, useLegacySql, defaultDataset } = config;
  if (typeof query !== "string" || query.trim() === "")
    throw invalid("Required parameter is missing: query");
  if (query.length > longestQuery)
    throw invalid(
      "The query is too large. The maximum standard SQL query length is 1024.00K characters, including comments and white space characters.",
      "query",
    );
  if (useLegacySql === true || useLegacySql === "true")
    throw invalid("Legacy SQL is not supported by the local BigQuery");
  for (const name of refused)
    if (hasContent(config[name]))
      throw new ApiError(501, "notImplemented", `Not supported by the local BigQuery: ${name}`);
  if ((defaultDataset?.projectId ?? store.projectId) !== store.projectId)
    throw new ApiError(
      403,
      "accessDenied",
      `Access Denied: Project ${defaultDataset?.projectId}: User does not have permission`,
    );
  const params = readParams(config.queryParameters ?? []);
  return async () => {
    const outcome = await run(store, query, {
      params,
      defaultDataset: defaultDataset?.datasetId,
      dryRun,
    });
    const { schema, kept } = outcome;
    if (config.destinationTable === undefined || dryRun) return outcome;
    const rows = outcome.rows ?? (await kept?.page(0, kept.length));
    if (schema === undefined || rows === undefined || outcome.statementType !== "SELECT")
      throw invalid("A destination table can only be set for a SELECT statement");
    await writeTable(store, config, { fields: schema }, rows, "WRITE_EMPTY");
    return outcome;
  };
}
