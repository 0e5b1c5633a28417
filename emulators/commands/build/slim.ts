import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import { lazyRequires } from "./lazy-requires.ts";
import { prune } from "./prune-protos.ts";

/** Descriptions of Google's APIs in the clients, and the services that Earmark calls of each. */
const described: readonly (readonly [RegExp, readonly string[]])[] = [
  [/firestore-api\/build\/protos\/protos\.json$/, ["google.firestore.v1.Firestore"]],
  [/pubsub-api\/build\/protos\/protos\.json$/, ["google.pubsub.v1.Publisher"]],
  [/google-gax\/build\/protos\/locations\.json$/, ["google.cloud.location.Locations"]],
];

/** The same descriptions as code, for whoever wants the types; the clients work from the JSON. */
const typedProtos =
  /\/(pubsub-api|pubsub|google-gax)\/build\/protos\/(protos|iam_service|operations|locations)\.js$/;

/** Packages whose modules TypeScript wrote, in the one form that `lazyRequires` reads. */
const compiled =
  /\/node_modules\/(@google-cloud\/(bigquery|common|firestore|firestore-api|pubsub|pubsub-api|storage)|google-gax|google-auth-library|gcp-metadata|gaxios|@grpc\/(grpc-js|proto-loader)|@opentelemetry\/core)\/.*\.js$/;

/**
 * Makes Google's clients cheap to start: descriptions hold the called services alone, and a module is evaluated when
 * something of it is used first, not when another one mentions it.
 */
export const slim: Plugin = {
  name: "slim",
  setup(build) {
    for (const [filter, services] of described)
      build.onLoad({ filter }, async ({ path }) => ({
        contents: JSON.stringify(prune(JSON.parse(await readFile(path, "utf8")), services)),
        loader: "json",
      }));
    build.onLoad({ filter: typedProtos }, ({ path }) => ({
      contents: leftOut(path.slice(path.lastIndexOf("node_modules/"))),
    }));
    build.onLoad({ filter: compiled }, async ({ path }) =>
      typedProtos.test(path) ? undefined : { contents: lazyRequires(await readFile(path, "utf8")) },
    );
  },
};

/** A module that says so when something of it is used after all. */
const leftOut = (path: string) => `module.exports = new Proxy({}, {
  get(_, name) {
    if (typeof name === "string" && name !== "__esModule") throw new Error(\`\${name} of ${path} is not in this bundle\`);
  },
});`;
