import type { Store, StoredDataset } from "../store/store.ts";
import { ApiError, invalid } from "./api-error.ts";
import { type Call, page, record, type Routes } from "./router.ts";
import { etagOf, mergePatch } from "./resource.ts";

function resource(store: Store, dataset: StoredDataset, baseUrl: string): Record<string, unknown> {
  const id = `${store.projectId}:${dataset.id}`;
  return {
    kind: "bigquery#dataset",
    id,
    selfLink: `${baseUrl}/bigquery/v2/projects/${store.projectId}/datasets/${dataset.id}`,
    access: [
      { role: "WRITER", specialGroup: "projectWriters" },
      { role: "OWNER", specialGroup: "projectOwners" },
      { role: "READER", specialGroup: "projectReaders" },
    ],
    ...dataset.resource,
    location: dataset.resource["location"] ?? "US",
    datasetReference: { projectId: store.projectId, datasetId: dataset.id },
    etag: etagOf(dataset.modified, id),
    creationTime: String(dataset.created),
    lastModifiedTime: String(dataset.modified),
    type: "DEFAULT",
  };
}

const settable = ({ datasetReference: _reference, ...rest }: Readonly<Record<string, unknown>>) =>
  rest;

async function insert({ store, body, baseUrl }: Call): Promise<unknown> {
  const { datasetId } = record(body["datasetReference"]);
  if (typeof datasetId !== "string")
    throw invalid("Required parameter is missing: datasetReference.datasetId");
  const dataset = await store.change(() => store.createDataset(datasetId, settable(body)));
  return resource(store, dataset, baseUrl);
}

function list({ store, query }: Call): unknown {
  const all = [...store.datasets.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const { items, nextPageToken } = page(all, query);
  const datasets = items.map((dataset) => ({
    kind: "bigquery#dataset",
    id: `${store.projectId}:${dataset.id}`,
    datasetReference: { projectId: store.projectId, datasetId: dataset.id },
    location: dataset.resource["location"] ?? "US",
    ...(dataset.resource["labels"] === undefined ? {} : { labels: dataset.resource["labels"] }),
  }));
  return {
    kind: "bigquery#datasetList",
    etag: etagOf(all.length, "datasets"),
    ...(datasets.length > 0 ? { datasets } : {}),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

const change =
  (merge: boolean) =>
  ({ store, path, body, baseUrl }: Call): Promise<unknown> =>
    store.change(() => {
      const dataset = store.dataset(path["dataset"] ?? "");
      dataset.resource = merge ? mergePatch(dataset.resource, settable(body)) : settable(body);
      dataset.modified = Math.max(Date.now(), dataset.modified + 1);
      return resource(store, dataset, baseUrl);
    });

async function remove({ store, path, query }: Call): Promise<void> {
  await store.deleteDataset(path["dataset"] ?? "", query.get("deleteContents") === "true");
}

const one = "/projects/:project/datasets/:dataset";

export const datasetRoutes: Routes = {
  "POST /projects/:project/datasets": insert,
  "GET /projects/:project/datasets": list,
  [`GET ${one}`]: ({ store, path, baseUrl }) =>
    resource(store, store.dataset(path["dataset"] ?? ""), baseUrl),
  [`PATCH ${one}`]: change(true),
  [`PUT ${one}`]: change(false),
  [`DELETE ${one}`]: remove,
};

/** Throws when a request names another project than the emulator's. */
export function checkProject(store: Store, project: string | undefined): void {
  if (project !== undefined && project !== store.projectId)
    throw new ApiError(404, "notFound", `Not found: Project ${project}`);
}
