import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "#emulators/commands/build/bundle.ts";
import { type CompositeIndex, requiredIndexes, serves } from "../firestore-queries.ts";
import { block, ofType, type Plan, text, type Values } from "../plan.ts";

/** Sources of what is deployed and of the commands that ask the catalog. */
const catalogSources = (): string[] => (sourcesRead ??= readSources());
let sourcesRead: string[] | undefined;

const readSources = () =>
  globSync(["functions/**/*.ts", "shared/**/*.ts", "emulators/commands/**/*.ts"], { cwd: root })
    .map((file) => readFileSync(join(root, file), "utf8"))
    .filter((source) => /firestore/i.test(source));

/** Every query has the composite index that it needs, and asks no field that is kept out of the indexes. */
export function checkIndexes(plan: Plan, sources = catalogSources()): string[] {
  const declared = ofType(plan, "google_firestore_index").map(({ values }): CompositeIndex => {
    const fields = (values["fields"] ?? []) as Record<string, string | null>[];
    return {
      collectionGroup: text(values["collection"]),
      queryScope: values["query_scope"] === "COLLECTION_GROUP" ? "COLLECTION_GROUP" : "COLLECTION",
      fields: fields.map((field) => ({
        fieldPath: field["field_path"] ?? "",
        order: (field["order"] ?? field["array_config"] ?? null) as "ASCENDING",
      })),
    };
  });
  const exempt = ofType(plan, "google_firestore_field")
    .filter(({ values }) => isExempt(values))
    .map(({ values }) => text(values["field"]));
  const unanswered = exempt
    .filter((field) => sources.some((source) => asks(source, field)))
    .map((field) => `shared/catalog/indexes.json: a query asks ${field}, which is in no index`);
  const missing = sources
    .flatMap(requiredIndexes)
    .filter((needed) => !declared.some((index) => serves(index, needed)))
    .map(({ collectionGroup, fields }) => {
      const names = fields.map(({ fieldPath, order }) => `${fieldPath} ${order ?? "(equal)"}`);
      return `shared/catalog/indexes.json: ${collectionGroup} needs an index on ${names.join(", ")}`;
    });
  return [...unanswered, ...missing];
}

const asks = (source: string, field: string): boolean =>
  [...source.matchAll(/\.\s*(?:where|orderBy)\(\s*["'`]([^"'`]+)/g)].some(
    ([, asked]) => asked === field,
  );

/** Its own index settings are there, and are none. */
function isExempt(values: Values): boolean {
  const settings = values["index_config"];
  const indexes = (block(values, "index_config")["indexes"] ?? []) as readonly unknown[];
  return Array.isArray(settings) && settings.length > 0 && indexes.length === 0;
}
