import { run } from "../run/run.ts";
import { definitionBody, routineType } from "../store/routines.ts";
import type { Store, StoredRoutine } from "../store/store.ts";
import { ApiError, duplicate, invalid, notFound } from "./api-error.ts";
import { etagOf } from "./resource.ts";
import { type Call, page, record, type Routes } from "./router.ts";
import { quoteIdentifier } from "./sql-text.ts";

interface DataType {
  readonly typeKind?: string;
  readonly arrayElementType?: DataType;
  readonly structType?: {
    readonly fields?: readonly { readonly name?: string; readonly type?: DataType }[];
  };
}

/** The type as SQL writes it. */
function typeText(type: DataType | undefined): string {
  const kind = type?.typeKind?.toUpperCase() ?? "";
  if (kind === "ARRAY") return `ARRAY<${typeText(type?.arrayElementType)}>`;
  if (kind === "STRUCT")
    return `STRUCT<${(type?.structType?.fields ?? []).map((f) => `${f.name === undefined ? "" : `${quoteIdentifier(f.name)} `}${typeText(f.type)}`).join(", ")}>`;
  if (!/^[A-Z][A-Z0-9]*$/.test(kind))
    throw invalid(`Invalid value for typeKind: ${type?.typeKind}`);
  return kind;
}

function resource(
  store: Store,
  datasetId: string,
  routine: StoredRoutine,
): Record<string, unknown> {
  return {
    language: "SQL",
    ...routine.resource,
    routineType: routineType(routine),
    definitionBody: definitionBody(routine),
    etag: etagOf(routine.created, routine.id),
    routineReference: { projectId: store.projectId, datasetId, routineId: routine.id },
    creationTime: String(routine.created),
    lastModifiedTime: String(routine.created),
  };
}

function find(store: Store, { dataset = "", routine = "" }: Call["path"]): StoredRoutine {
  const found = store.dataset(dataset).routines.get(routine);
  if (found === undefined) throw notFound("Routine", `${store.projectId}:${dataset}.${routine}`);
  return found;
}

/** A routine is made by the statement that its resource describes, so that both ways agree. */
async function create({ store, path, body }: Call, replace: boolean): Promise<unknown> {
  const datasetId = path["dataset"] ?? "";
  const id = path["routine"] ?? record(body["routineReference"])["routineId"];
  if (typeof id !== "string")
    throw invalid("Required parameter is missing: routineReference.routineId");
  if (body["routineType"] !== "SCALAR_FUNCTION" || (body["language"] ?? "SQL") !== "SQL")
    throw new ApiError(
      501,
      "notImplemented",
      "Not supported by the local BigQuery: routines that are no SQL scalar functions",
    );
  if (typeof body["definitionBody"] !== "string")
    throw invalid("Required parameter is missing: definitionBody");
  const { routines } = store.dataset(datasetId);
  if (!replace && routines.has(id))
    throw duplicate("Routine", `${store.projectId}:${datasetId}.${id}`);
  const params = (
    (body["arguments"] ?? []) as { name?: string; argumentKind?: string; dataType?: DataType }[]
  ).map(
    (arg) =>
      `${quoteIdentifier(arg.name ?? "")} ${arg.argumentKind === "ANY_TYPE" ? "ANY TYPE" : typeText(arg.dataType)}`,
  );
  const returns =
    body["returnType"] === undefined ? "" : ` RETURNS ${typeText(body["returnType"] as DataType)}`;
  const head = `CREATE OR REPLACE FUNCTION ${quoteIdentifier(datasetId)}.${quoteIdentifier(id)}`;
  const text = `${head}(${params.join(", ")})${returns} AS (${body["definitionBody"]})`;
  return store.change(async () => {
    await run(store, text, { params: new Map() });
    const made = find(store, { dataset: datasetId, routine: id });
    const { routineReference: _reference, ...rest } = body;
    made.resource = rest;
    return resource(store, datasetId, made);
  });
}

function list({ store, path, query }: Call): unknown {
  const datasetId = path["dataset"] ?? "";
  const { items, nextPageToken } = page([...store.dataset(datasetId).routines.values()], query);
  return {
    routines: items.map((routine) => resource(store, datasetId, routine)),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

const all = "/projects/:project/datasets/:dataset/routines";

export const routineRoutes: Routes = {
  [`POST ${all}`]: (call) => create(call, false),
  [`GET ${all}`]: list,
  [`GET ${all}/:routine`]: ({ store, path }) =>
    resource(store, path["dataset"] ?? "", find(store, path)),
  [`PUT ${all}/:routine`]: (call) => {
    find(call.store, call.path);
    return create(call, true);
  },
  [`DELETE ${all}/:routine`]: ({ store, path }) =>
    store.change(() => {
      find(store, path);
      store.dataset(path["dataset"] ?? "").routines.delete(path["routine"] ?? "");
    }),
};
