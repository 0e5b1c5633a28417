import { INT64 } from "../analyze/types.ts";
import { analyzeStatement, openSession, parseWhole } from "../analyze/analyze.ts";
import type { Context } from "../analyze/context.ts";
import { checkDefaults } from "../run/defaults.ts";
import { resultSchema } from "../run/outcome.ts";
import { SqlError, withPosition } from "../sql/error.ts";
import { openCatalog } from "../store/catalog.ts";
import { checkLayout } from "../store/layout.ts";
import { checkSchema, type TableSchema } from "../store/schema.ts";
import type { Store, StoredTable } from "../store/store.ts";
import { invalid } from "./api-error.ts";
import { etagOf, mergePatch } from "./resource.ts";
import { type Call, page, record, type Routes } from "./router.ts";

/** A table's resource. Counting its rows takes a query. */
async function tableResource(
  store: Store,
  datasetId: string,
  table: StoredTable,
  baseUrl: string,
): Promise<Record<string, unknown>> {
  const id = `${store.projectId}:${datasetId}.${table.id}`;
  const count =
    table.physical === undefined
      ? 0n
      : ((await store.engine.query(`SELECT count(*) FROM ${table.physical}`, [INT64]))[0]?.[0] ??
        0n);
  const view =
    table.view === undefined
      ? {}
      : { view: { ...record(table.resource["view"]), query: table.view, useLegacySql: false } };
  return {
    kind: "bigquery#table",
    ...table.resource,
    etag: etagOf(table.modified, id),
    id,
    selfLink: `${baseUrl}/bigquery/v2/projects/${store.projectId}/datasets/${datasetId}/tables/${table.id}`,
    tableReference: { projectId: store.projectId, datasetId, tableId: table.id },
    ...(table.schema.fields.length === 0 ? {} : { schema: table.schema }),
    type: table.view === undefined ? "TABLE" : "VIEW",
    location: store.dataset(datasetId).resource["location"] ?? "US",
    creationTime: String(table.created),
    lastModifiedTime: String(table.modified),
    ...(table.view === undefined
      ? {
          numRows: (count as bigint).toString(),
          numBytes: String(await store.sizes.bytesOf(table)),
          numLongTermBytes: "0",
        }
      : view),
  };
}

const settable = ({
  tableReference: _reference,
  schema: _schema,
  ...rest
}: Readonly<Record<string, unknown>>) => rest;

function schemaOf(body: Readonly<Record<string, unknown>>): TableSchema | undefined {
  const schema = body["schema"];
  if (schema === undefined || schema === null) return undefined;
  const { fields } = record(schema);
  if (fields === undefined) return { fields: [] };
  if (!Array.isArray(fields)) throw invalid("Invalid schema: fields must be a list");
  return { fields: fields as TableSchema["fields"] };
}

/** A schema whose types and defaults are right. */
function checkedSchema(store: Store, schema: TableSchema): TableSchema {
  const checked = checkSchema(schema);
  checkDefaults(checked.fields, contextOf(store));
  return checked;
}

const contextOf = (store: Store): Context =>
  openSession({ catalog: openCatalog(store, { defaultDataset: undefined }), now: 0n });

/** The columns of a view's query, found now; a query that is wrong is refused with its place. */
function viewSchema(store: Store, datasetId: string, query: string): TableSchema {
  try {
    const { columns } = analyzeStatement(parseWhole(query), contextOf(store));
    return { fields: resultSchema(columns) };
  } catch (error) {
    if (error instanceof SqlError)
      throw new SqlError(withPosition(error.message, query, error.offset), undefined, error.reason);
    throw error;
  }
}

function viewQuery(body: Readonly<Record<string, unknown>>): string | undefined {
  const view = record(body["view"]);
  if (body["view"] === undefined || body["view"] === null) return undefined;
  if (view["useLegacySql"] === true)
    throw invalid("Legacy SQL is not supported by the local BigQuery");
  if (typeof view["query"] !== "string") throw invalid("Required parameter is missing: view.query");
  return view["query"];
}

async function insert({ store, path, body, baseUrl }: Call): Promise<unknown> {
  const datasetId = path["dataset"] ?? "";
  const { tableId } = record(body["tableReference"]);
  if (typeof tableId !== "string")
    throw invalid("Required parameter is missing: tableReference.tableId");
  store.dataset(datasetId);
  const query = viewQuery(body);
  const table =
    query === undefined
      ? await store.createTable(
          datasetId,
          tableId,
          checkedSchema(store, schemaOf(body) ?? { fields: [] }),
          settable(body),
        )
      : await store.change(() =>
          store.createView(
            datasetId,
            tableId,
            query,
            viewSchema(store, datasetId, query),
            settable(body),
          ),
        );
  return tableResource(store, datasetId, table, baseUrl);
}

function list({ store, path, query }: Call): unknown {
  const dataset = store.dataset(path["dataset"] ?? "");
  const all = [...dataset.tables.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const { items, nextPageToken } = page(all, query);
  const tables = items.map((table) => ({
    kind: "bigquery#table",
    id: `${store.projectId}:${dataset.id}.${table.id}`,
    tableReference: { projectId: store.projectId, datasetId: dataset.id, tableId: table.id },
    type: table.view === undefined ? "TABLE" : "VIEW",
    creationTime: String(table.created),
    ...(table.resource["timePartitioning"] === undefined
      ? {}
      : { timePartitioning: table.resource["timePartitioning"] }),
    ...(table.resource["clustering"] === undefined
      ? {}
      : { clustering: table.resource["clustering"] }),
    ...(table.resource["labels"] === undefined ? {} : { labels: table.resource["labels"] }),
  }));
  return {
    kind: "bigquery#tableList",
    etag: etagOf(all.length, dataset.id),
    totalItems: all.length,
    ...(tables.length > 0 ? { tables } : {}),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

const change =
  (merge: boolean) =>
  async ({ store, path, body, baseUrl }: Call): Promise<unknown> => {
    const datasetId = path["dataset"] ?? "";
    const table = store.table(datasetId, path["table"] ?? "");
    await store.change(async () => {
      const query = viewQuery(body);
      if (query !== undefined) {
        if (table.view === undefined) throw invalid("Cannot change a table into a view");
        table.schema = viewSchema(store, datasetId, query);
        table.view = query;
      } else {
        const schema = schemaOf(body);
        if (schema !== undefined) await changeSchema(store, table, checkedSchema(store, schema));
      }
      table.resource = merge ? mergePatch(table.resource, settable(body)) : settable(body);
      if (table.view === undefined) checkLayout(table.resource, table.schema);
      table.modified = Math.max(Date.now(), table.modified + 1);
    });
    return tableResource(store, datasetId, table, baseUrl);
  };

async function changeSchema(store: Store, table: StoredTable, schema: TableSchema): Promise<void> {
  if (table.view === undefined && table.schema.fields.length === 0) {
    await store.dropPhysical(table);
    table.physical = await store.createPhysical(schema);
    table.schema = schema;
    return;
  }
  await store.updateSchema(table, schema);
}

const one = "/projects/:project/datasets/:dataset/tables/:table";

export const tableRoutes: Routes = {
  "POST /projects/:project/datasets/:dataset/tables": insert,
  "GET /projects/:project/datasets/:dataset/tables": list,
  [`GET ${one}`]: ({ store, path, baseUrl }) =>
    tableResource(
      store,
      path["dataset"] ?? "",
      store.table(path["dataset"] ?? "", path["table"] ?? ""),
      baseUrl,
    ),
  [`PATCH ${one}`]: change(true),
  [`PUT ${one}`]: change(false),
  [`DELETE ${one}`]: ({ store, path }) =>
    store.deleteTable(path["dataset"] ?? "", path["table"] ?? ""),
};
