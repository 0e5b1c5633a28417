import type { Call, Routes } from "./router.ts";

interface Parameter {
  readonly type: string;
  readonly format?: string;
  readonly location: "path" | "query";
  readonly required?: true;
  readonly repeated?: true;
}

const page = "maxResults:integer pageToken:string";
const format = "formatOptions.useInt64Timestamp:boolean formatOptions.timestampOutputFormat:string";
const dataset = "projects/{+projectId}/datasets/{+datasetId}";
const table = `${dataset}/tables/{+tableId}`;

/** The methods that are served: HTTP method, path below `bigquery/v2/`, and what they take in the query (API reference). */
const methods: Readonly<Record<string, readonly [method: string, path: string, query?: string]>> = {
  "projects.list": ["GET", "projects", page],
  "datasets.list": ["GET", "projects/{+projectId}/datasets", `${page} all:boolean filter:string`],
  "datasets.get": ["GET", dataset, "datasetView:string accessPolicyVersion:integer"],
  "datasets.insert": ["POST", "projects/{+projectId}/datasets", "accessPolicyVersion:integer"],
  "datasets.patch": ["PATCH", dataset, "updateMode:string accessPolicyVersion:integer"],
  "datasets.update": ["PUT", dataset, "updateMode:string accessPolicyVersion:integer"],
  "datasets.delete": ["DELETE", dataset, "deleteContents:boolean"],
  "tables.list": ["GET", `${dataset}/tables`, page],
  "tables.get": ["GET", table, "selectedFields:string view:string"],
  "tables.insert": ["POST", `${dataset}/tables`],
  "tables.patch": ["PATCH", table, "autodetect_schema:boolean"],
  "tables.update": ["PUT", table, "autodetect_schema:boolean"],
  "tables.delete": ["DELETE", table],
  "tabledata.list": [
    "GET",
    `${table}/data`,
    `${page} startIndex:string selectedFields:string ${format}`,
  ],
  "tabledata.insertAll": ["POST", `${table}/insertAll`],
  "routines.list": ["GET", `${dataset}/routines`, `${page} filter:string readMask:string`],
  "routines.get": ["GET", `${dataset}/routines/{+routineId}`, "readMask:string"],
  "routines.insert": ["POST", `${dataset}/routines`],
  "routines.update": ["PUT", `${dataset}/routines/{+routineId}`],
  "routines.delete": ["DELETE", `${dataset}/routines/{+routineId}`],
  "jobs.list": [
    "GET",
    "projects/{+projectId}/jobs",
    `${page} allUsers:boolean stateFilter:string* projection:string minCreationTime:string maxCreationTime:string parentJobId:string`,
  ],
  "jobs.get": ["GET", "projects/{+projectId}/jobs/{+jobId}", "location:string"],
  "jobs.insert": ["POST", "projects/{+projectId}/jobs"],
  "jobs.cancel": ["POST", "projects/{+projectId}/jobs/{+jobId}/cancel", "location:string"],
  "jobs.delete": ["DELETE", "projects/{+projectId}/jobs/{+jobId}/delete", "location:string"],
  "jobs.query": ["POST", "projects/{+projectId}/queries"],
  "jobs.getQueryResults": [
    "GET",
    "projects/{+projectId}/queries/{+jobId}",
    `${page} startIndex:string timeoutMs:integer location:string ${format}`,
  ],
};

function parametersOf(path: string, query: string): Record<string, Parameter> {
  const inPath = [...path.matchAll(/\{\+(\w+)\}/g)].map(([, name = ""]) => [
    name,
    { type: "string", location: "path", required: true } satisfies Parameter,
  ]);
  const inQuery = query
    .split(" ")
    .filter(Boolean)
    .map((text) => {
      const [, name = "", type = "", mark] = /^(.+):(\w+)(\*)?$/.exec(text) ?? [];
      return [name, { type, location: "query", ...(mark === undefined ? {} : { repeated: true }) }];
    });
  return Object.fromEntries([...inPath, ...inQuery]) as Record<string, Parameter>;
}

const upload = {
  supportsMediaUpload: true,
  mediaUpload: {
    accept: ["*/*"],
    protocols: {
      simple: { multipart: true, path: "/upload/bigquery/v2/projects/{+projectId}/jobs" },
      resumable: {
        multipart: true,
        path: "/resumable/upload/bigquery/v2/projects/{+projectId}/jobs",
      },
    },
  },
};

function resources(): Record<string, { methods: Record<string, unknown> }> {
  const found: Record<string, { methods: Record<string, unknown> }> = {};
  for (const [id, [httpMethod, path, query = ""]] of Object.entries(methods)) {
    const [resource = "", name = ""] = id.split(".");
    const parameters = parametersOf(path, query);
    found[resource] ??= { methods: {} };
    found[resource].methods[name] = {
      id: `bigquery.${id}`,
      httpMethod,
      path,
      parameters,
      parameterOrder: Object.keys(parameters).filter((key) => parameters[key].required === true),
      ...(/^(?:POST|PUT|PATCH)$/.test(httpMethod) && name !== "cancel"
        ? { request: { $ref: "Any" } }
        : {}),
      ...(httpMethod === "DELETE" ? {} : { response: { $ref: "Any" } }),
      ...(id === "jobs.insert" ? upload : {}),
    };
  }
  return found;
}

/**
 * The API as a discovery document, from which Google's `bq` and the Python API client make their calls.
 * It holds the methods that are served here and nothing else; bodies are any JSON object.
 */
function document({ baseUrl }: Call): unknown {
  return {
    kind: "discovery#restDescription",
    discoveryVersion: "v1",
    id: "bigquery:v2",
    name: "bigquery",
    version: "v2",
    title: "BigQuery on one machine",
    protocol: "rest",
    rootUrl: `${baseUrl}/`,
    servicePath: "bigquery/v2/",
    baseUrl: `${baseUrl}/bigquery/v2/`,
    basePath: "/bigquery/v2/",
    batchPath: "batch/bigquery/v2",
    parameters: Object.fromEntries(
      ["alt", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "userIp", "trace"].map(
        (name) => [name, { type: "string", location: "query" }],
      ),
    ),
    schemas: { Any: { id: "Any", type: "object", additionalProperties: { type: "any" } } },
    resources: resources(),
  };
}

function projects({ store }: Call): unknown {
  const { projectId } = store;
  return {
    kind: "bigquery#projectList",
    projects: [
      {
        kind: "bigquery#project",
        id: projectId,
        projectReference: { projectId },
        friendlyName: projectId,
      },
    ],
    totalItems: 1,
  };
}

export const discoveryRoutes: Routes = {
  "GET /\\$discovery/rest": document,
  "GET /discovery/v1/apis/bigquery/v2/rest": document,
  "GET /projects": projects,
};
