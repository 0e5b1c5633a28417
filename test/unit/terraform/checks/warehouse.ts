import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { flow } from "#emulators/local.ts";
import { block, differences, ofType, type Plan, projectOf, type Resource, text } from "../plan.ts";

const folder = new URL("../../../../shared/warehouse/", import.meta.url);

interface Column {
  readonly name: string;
  readonly type: string;
}

interface TableFile {
  readonly schema: { readonly fields: readonly Column[] };
  readonly timePartitioning: { readonly type: string; readonly field: string };
  readonly clustering: { readonly fields: readonly string[] };
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema */
const columnTypes = new Set(
  "STRING BYTES INTEGER INT64 FLOAT FLOAT64 BOOLEAN BOOL TIMESTAMP DATE TIME DATETIME GEOGRAPHY NUMERIC BIGNUMERIC JSON RECORD STRUCT RANGE".split(
    " ",
  ),
);

/** Tables and views are those that the code writes and reads; partition and clustering columns exist. */
export function checkWarehouse(plan: Plan): string[] {
  const tables = ofType(plan, "google_bigquery_table");
  const files = { ...named("tables/", ".json"), ...named("views/", ".sql") };
  const ids = tables.map(({ values }) => text(values["table_id"]));
  return [
    ...differences("tables", ids, [...Object.keys(files), "dead_letters"]),
    ...tables.flatMap((table) => checkTable(table, files, projectOf(plan))),
    ...checkOrder(tables),
  ];
}

/** Terraform makes tables, then `view`, then `stacked_view`: each may only ask what is there before it. */
function checkOrder(tables: readonly Resource[]): string[] {
  const order = ["this", "view", "stacked_view"];
  const place = new Map(
    tables.map(({ name, values }) => [text(values["table_id"]), order.indexOf(name)]),
  );
  return tables.flatMap(({ values }) => {
    const id = text(values["table_id"]);
    const asked = [...text(block(values, "view")["query"]).matchAll(/`[\w-]+\.\w+\.(\w+)`/g)];
    return asked
      .map(([, other = ""]) => other)
      .filter((other) => !((place.get(other) ?? Infinity) < (place.get(id) ?? 0)))
      .map((other) => `the view ${id} asks ${other}, which is not there when it is made`);
  });
}

function checkTable(
  { values }: Resource,
  files: Record<string, string>,
  project: string,
): string[] {
  const id = text(values["table_id"]);
  const file = files[id];
  const query = block(values, "view")["query"];
  if (query !== undefined) {
    const places = { project, dataset: flow.dataset };
    const should = file?.replace(
      /\$\{(project|dataset)\}/g,
      (_, key: keyof typeof places) => places[key],
    );
    return query === should ? [] : [`the view ${id} is not the one of shared/warehouse/views`];
  }
  const columns = JSON.parse(text(values["schema"])) as Column[];
  const partition = text(block(values, "time_partitioning")["field"]);
  const clustering = (values["clustering"] ?? []) as string[];
  const partitionType = columns.find(({ name }) => name === partition)?.type;
  const problems = [
    ...columns
      .filter(({ type }) => !columnTypes.has(type))
      .map(({ name, type }) => `${name} has the type ${type}`),
    ...clustering
      .filter((column) => !columns.some(({ name }) => name === column))
      .map((column) => `no column ${column} to cluster by`),
    ...(/^(TIMESTAMP|DATE|DATETIME)$/.test(partitionType ?? "")
      ? []
      : [`cannot be partitioned by ${partition}`]),
  ];
  if (file !== undefined) {
    const should = JSON.parse(file) as TableFile;
    const same =
      isDeepStrictEqual(columns, should.schema.fields) &&
      partition === should.timePartitioning.field &&
      isDeepStrictEqual(clustering, should.clustering.fields);
    if (!same) problems.push("is not the one of shared/warehouse/tables");
  }
  return problems.map((problem) => `table ${id}: ${problem}`);
}

const named = (path: string, extension: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(new URL(path, folder))
      .filter((file) => file.endsWith(extension))
      .map((file) => [
        file.slice(0, -extension.length),
        readFileSync(new URL(path + file, folder), "utf8"),
      ]),
  );
