import { readdirSync, readFileSync } from "node:fs";
import type { BigQuery } from "@google-cloud/bigquery";
import type { PubSub } from "@google-cloud/pubsub";

const warehouse = new URL("../../shared/warehouse/", import.meta.url);

/** A table's file: its columns, partitioning and clustering, as BigQuery's REST API takes them. */
interface TableFile {
  readonly description: string;
  readonly schema: { readonly fields: readonly object[] };
  readonly timePartitioning: object;
  readonly clustering: object;
}

const named = (folder: string, extension: string) =>
  readdirSync(new URL(folder, warehouse))
    .filter((file) => file.endsWith(extension))
    .map((file) => ({
      name: file.slice(0, -extension.length),
      text: readFileSync(new URL(folder + file, warehouse), "utf8"),
    }));

/** The dataset with its tables and views, from the files that Terraform reads too. */
export async function createWarehouse(bigquery: BigQuery, datasetName: string): Promise<void> {
  const [dataset] = await bigquery.createDataset(datasetName);
  for (const { name, text } of named("tables/", ".json")) {
    const { schema, ...table } = JSON.parse(text) as TableFile;
    await dataset.createTable(name, { ...table, schema: { fields: [...schema.fields] } });
  }
  const places = { project: bigquery.projectId, dataset: datasetName };
  for (const { name, text } of named("views/", ".sql")) {
    const query = text.replace(
      /\$\{(project|dataset)\}/g,
      (_, key: "project" | "dataset") => places[key],
    );
    await dataset.createTable(name, { view: { query, useLegacySql: false } });
  }
}

/** The topics, and a subscription on the dead letters so that they wait to be looked at. */
export async function createTopics(
  pubsub: PubSub,
  events: string,
  deadLetters: string,
): Promise<void> {
  await pubsub.createTopic(events);
  const [topic] = await pubsub.createTopic(deadLetters);
  await topic.createSubscription(deadLetters);
}
